//===- Channel.h - frames over a socket -------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sends and receives messages over a Unix stream socket. A thread says every
// second that this side is alive; a peer of whom nothing is heard for the time
// of a lease counts as dead, and so does one that closes the socket. Nothing
// that was lent to it is then used.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_HANDOFF_CHANNEL_H
#define TANDEM_TARGETS_RUNTIME_HANDOFF_CHANNEL_H

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "tandem/targets/Runtime/Handoff/Messages.h"
#include "tandem/targets/Runtime/Memory.h"

namespace tandem::runtime {

/// A connected Unix stream socket.
class Socket {
public:
  explicit Socket(int number) : number(number) {}
  ~Socket();
  Socket(const Socket &) = delete;

  const int number;
};

/// How to talk with the other process.
struct PeerOptions {
  std::unique_ptr<Socket> socket;
  unsigned leaseMs = 10000;  ///< silence after which the peer counts as dead
  unsigned startMs = 600000; ///< the same before its first word: it loads
  /// Asked while waiting; true ends it as interrupted. May be empty.
  std::function<bool()> isCancelled;
  /// Called on another thread when the peer dies amid a step; may be empty.
  std::function<void()> onLost;
  /// Called with what is wrong where a step is asked for again because what
  /// arrived was damaged; may be empty.
  std::function<void(const std::string &)> onDamage;
};

/// A frame that has been checked.
struct Frame {
  MessageKind kind = MessageKind::Alive;
  std::string payload;
  int descriptor = -1; ///< that came beside it, or -1; the taker closes it

  /// The message; fails where this is another one or malformed.
  template <class Message> Message as() const {
    requireKind(Message::kind);
    Message message;
    WireReader reader(kind, payload);
    message.describe(reader);
    reader.finish();
    return message;
  }
  void requireKind(MessageKind wanted) const;
};

/// One end of the conversation. One thread receives; any may send.
class Channel {
public:
  /// `peer` names the other side in messages: "the prefill process".
  Channel(PeerOptions options, std::string peer);
  ~Channel();

  template <class Message> void send(Message message, int descriptor = -1) {
    WireWriter writer;
    message.describe(writer);
    send(Message::kind, writer.bytes, descriptor);
  }

  /// The next message that says something.
  Frame receive();

  /// The lives of steps: only amid one is `onLost` called.
  void setBusy(bool isBusy);

private:
  void send(MessageKind kind, const std::string &payload, int descriptor);
  void readAll(char *data, size_t bytes, int *descriptor, bool isAmid);
  void awaitReadable();
  void beat();
  [[noreturn]] void lose(const std::string &why) const;

  PeerOptions options;
  const int socket;
  std::string peer;
  std::mutex sending;
  std::mutex mutex;
  std::condition_variable changed;
  bool isStopping = false;
  bool isBusy = false;
  bool hasHeard = false; ///< anything from the peer
  std::thread heart;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_HANDOFF_CHANNEL_H
