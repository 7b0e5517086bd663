//===- Channel.cpp - frames over a socket ---------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Handoff/Channel.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::runtime {

Socket::~Socket() { close(number); }

void Frame::requireKind(MessageKind wanted) const {
  if (kind != wanted) {
    throw Failure(ExitCode::RuntimeFailure,
                  std::string("the peer sent a '") + nameOf(kind) +
                      "' frame, expected '" + nameOf(wanted) + "'");
  }
}

Channel::Channel(PeerOptions given, std::string peer)
    : options(std::move(given)), socket(options.socket->number),
      peer(std::move(peer)), heart([this] { beat(); }) {}

Channel::~Channel() {
  {
    std::lock_guard lock(mutex);
    isStopping = true;
  }
  changed.notify_all();
  heart.join();
}

void Channel::lose(const std::string &why) const {
  throw Failure(ExitCode::RuntimeFailure, peer + " " + why);
}

/// Sends the header and then the payload; the descriptor goes with the header.
/// The buffer is large enough for what is small, so that an idle peer's
/// heartbeats may be dropped where it does not read.
static bool sendBytes(int socket, const char *data, size_t bytes, int flags,
                      int descriptor) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  while (bytes != 0) {
    iovec piece = {const_cast<char *>(data), bytes};
    msghdr message = {};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    if (descriptor >= 0) {
      message.msg_control = control;
      message.msg_controllen = sizeof(control);
      cmsghdr *header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof(int));
      std::memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    }
    ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL | flags);
    if (sent < 0 && errno == EINTR) {
      continue;
    }
    if (sent < 0) {
      return false;
    }
    descriptor = -1;
    flags = 0; // never half a frame
    data += sent;
    bytes -= static_cast<size_t>(sent);
  }
  return true;
}

void Channel::send(MessageKind kind, const std::string &payload,
                   int descriptor) {
  FrameHeader header = makeHeader(kind, payload);
  std::string bytes(reinterpret_cast<const char *>(&header), sizeof(header));
  bytes += payload;
  std::lock_guard lock(sending);
  if (!sendBytes(socket, bytes.data(), bytes.size(), 0, descriptor)) {
    lose(errno == EPIPE || errno == ECONNRESET
             ? "is gone"
             : std::string("cannot be written to: ") + std::strerror(errno));
  }
}

/// Says every second that this side is alive, and notices that the other is
/// not.
void Channel::beat() {
  FrameHeader header = makeHeader(MessageKind::Alive, "");
  std::unique_lock lock(mutex);
  auto period = std::chrono::milliseconds(std::min(1000u, options.leaseMs / 4));
  for (;;) {
    // A hang-up is seen at once while there is work that nobody will want.
    auto end = std::chrono::steady_clock::now() + period;
    do {
      if (changed.wait_for(lock, std::chrono::milliseconds(50),
                           [this] { return isStopping; })) {
        return;
      }
      pollfd state = {socket, 0, 0};
      if (poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) &&
          isBusy && options.onLost) {
        options.onLost();
      }
    } while (std::chrono::steady_clock::now() < end);
    std::unique_lock sendLock(sending, std::try_to_lock);
    if (sendLock) {
      sendBytes(socket, reinterpret_cast<const char *>(&header), sizeof(header),
                MSG_DONTWAIT, -1);
    }
  }
}

void Channel::setBusy(bool busy) {
  std::lock_guard lock(mutex);
  isBusy = busy;
}

void Channel::awaitReadable() {
  unsigned limit = hasHeard ? options.leaseMs : options.startMs;
  auto end =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(limit);
  for (;;) {
    if (options.isCancelled && options.isCancelled()) {
      throw Failure(ExitCode::Interrupted, "interrupted");
    }
    pollfd state = {socket, POLLIN, 0};
    int ready = poll(&state, 1, 50);
    if (ready > 0) {
      return;
    }
    if (std::chrono::steady_clock::now() > end) {
      lose("has not been heard of for " + std::to_string(limit) + " ms");
    }
  }
}

void Channel::readAll(char *data, size_t bytes, int *descriptor, bool isAmid) {
  while (bytes != 0) {
    awaitReadable();
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    iovec piece = {data, bytes};
    msghdr message = {};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    ssize_t got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
      continue;
    }
    if (got <= 0) {
      lose(isAmid ? "is gone amid a message" : "is gone");
    }
    for (cmsghdr *header = CMSG_FIRSTHDR(&message); header;
         header = CMSG_NXTHDR(&message, header)) {
      if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) {
        continue;
      }
      int passed = -1;
      std::memcpy(&passed, CMSG_DATA(header), sizeof(int));
      if (descriptor && *descriptor < 0) {
        *descriptor = passed;
      } else {
        close(passed);
      }
    }
    isAmid = true;
    data += got;
    bytes -= static_cast<size_t>(got);
  }
}

Frame Channel::receive() {
  for (;;) {
    Frame frame;
    FrameHeader header;
    readAll(reinterpret_cast<char *>(&header), sizeof(header),
            &frame.descriptor, /*isAmid=*/false);
    checkHeader(header);
    frame.kind = static_cast<MessageKind>(header.kind);
    frame.payload.resize(header.payloadBytes);
    readAll(frame.payload.data(), frame.payload.size(), nullptr,
            /*isAmid=*/true);
    checkPayload(header, frame.payload);
    hasHeard = true;
    if (frame.kind != MessageKind::Alive) {
      return frame;
    }
  }
}

} // namespace tandem::runtime
