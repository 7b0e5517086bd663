//===- ProtocolTest.cpp - peers that do not keep the protocol -------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Generation.h"
#include "tandem/targets/Runtime/Handoff/PrefillServer.h"

#include <cstring>
#include <filesystem>
#include <future>
#include <optional>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "TestBundle.h"
#include "gtest/gtest.h"

using namespace tandem::runtime;
using tandem::test::expectLogits;

namespace {

/// A bundle of two parts and a socket pair.
class ProtocolTest : public ::testing::Test {
protected:
  ProtocolTest()
      : path(std::filesystem::temp_directory_path() /
             ("protocol-test-" + std::to_string(getpid()) + ".tandem")) {
    tandem::test::TestBundle bundle;
    bundle.decodeCode = TANDEM_FAKE_DECODE;
    bundle.handoffCode = TANDEM_FAKE_HANDOFF;
    llvm::cantFail(
        tandem::test::writeTestBundle(path, TANDEM_FAKE_PREFILL, bundle));
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    const Manifest manifest = BundleFolder(path).manifest();
    hello = {manifest.createdBy.version, manifest.contract.digest,
             manifest.weights.setDigest, "first"};
  }
  ~ProtocolTest() override { std::filesystem::remove_all(path); }

  /// What the prefill process says in the end; empty where it ends well.
  std::future<std::string> serve() {
    return std::async(std::launch::async, [this] {
      BundleFolder folder(path);
      PeerOptions peer;
      peer.socket = std::make_unique<Socket>(ends[1]);
      peer.leaseMs = 500;
      return messageOf([&] { servePrefill(folder, load, std::move(peer)); });
    });
  }

  /// What the decode process says of a peer that `behave` plays.
  template <class Behaviour> std::string decodeWith(Behaviour behave) {
    std::thread other([&] { behave(ends[1]), close(ends[1]); });
    std::string message = messageOf([&] { decode(); });
    other.join();
    return message;
  }

  /// What the decode process says where the first frame of kind `damaged` that
  /// a real server sends gets another checksum field on its way.
  std::string decodeThroughDamage(MessageKind damaged) {
    int server[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, server), 0);
    int middle = std::exchange(ends[1], server[1]);
    std::future<std::string> said = serve();
    std::thread forth([&] { forward(middle, server[0], std::nullopt); });
    std::thread back([&] { forward(server[0], middle, damaged); });
    std::string message = messageOf([&] { decode(); });
    forth.join(), back.join();
    EXPECT_EQ(said.get(), "");
    close(middle), close(server[0]);
    return message;
  }

  /// Passes frames on, with their descriptors, until one end closes.
  static void forward(int from, int to, std::optional<MessageKind> damaged) {
    FrameHeader header;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    for (;;) {
      iovec piece = {&header, sizeof(header)};
      msghdr message = {};
      message.msg_iov = &piece, message.msg_iovlen = 1;
      message.msg_control = control, message.msg_controllen = sizeof(control);
      if (recvmsg(from, &message, MSG_WAITALL) != ssize_t(sizeof(header))) {
        break;
      }
      std::string payload(header.payloadBytes, 0);
      if (!payload.empty()) {
        recv(from, payload.data(), payload.size(), MSG_WAITALL);
      }
      auto kind = static_cast<MessageKind>(header.kind);
      if (kind == damaged) {
        payload[payload.size() - 1] ^= 1; // the last field is the checksum
        header = makeHeader(kind, payload);
        damaged.reset();
      }
      message.msg_iov = &piece;
      sendmsg(to, &message, MSG_NOSIGNAL);
      send(to, payload.data(), payload.size(), MSG_NOSIGNAL);
      for (cmsghdr *c = CMSG_FIRSTHDR(&message); c;
           c = CMSG_NXTHDR(&message, c)) {
        int descriptor = -1;
        std::memcpy(&descriptor, CMSG_DATA(c), sizeof(int));
        close(descriptor);
      }
    }
    shutdown(to, SHUT_WR);
  }

  void decode() {
    BundleFolder folder(path);
    PeerOptions peer;
    peer.socket = std::make_unique<Socket>(ends[0]);
    peer.leaseMs = 500;
    peer.onDamage = [&](const std::string &what) { damages.push_back(what); };
    LoadOptions options = load;
    options.peer = &peer;
    Engine engine(folder, options);
    Sequence sequence(engine);
    const std::vector<int32_t> prompt = {5, 6, 7}, next = {8};
    StepRow row{&sequence, prompt};
    auto logits = engine.step({&row, 1}, LogitsOf::LastToken);
    EXPECT_EQ(std::vector<float>(logits.begin(), logits.end()),
              expectLogits(prompt));
    row.tokens = next;
    logits = engine.step({&row, 1}, LogitsOf::LastToken);
    EXPECT_EQ(std::vector<float>(logits.begin(), logits.end()),
              expectLogits({5, 6, 7, 8}));
  }

  template <class Body> static std::string messageOf(Body body) {
    try {
      body();
      return "";
    } catch (const Failure &failure) {
      EXPECT_EQ(failure.code, ExitCode::RuntimeFailure) << failure.what();
      return failure.what();
    }
  }

  template <class Message> static std::string frame(Message message) {
    WireWriter writer;
    message.describe(writer);
    FrameHeader header = makeHeader(Message::kind, writer.bytes);
    return std::string(reinterpret_cast<char *>(&header), sizeof(header)) +
           writer.bytes;
  }

  /// Sends bytes to a prefill process and returns what it says of them.
  std::string serverSays(const std::string &bytes, bool leave = true) {
    std::future<std::string> message = serve();
    EXPECT_EQ(send(ends[0], bytes.data(), bytes.size(), MSG_NOSIGNAL),
              ssize_t(bytes.size()));
    if (leave) {
      shutdown(ends[0], SHUT_WR);
    }
    std::string result = message.get();
    close(ends[0]);
    return result;
  }

  const LoadOptions load{"plain", 1, nullptr, false, nullptr};
  std::string path;
  int ends[2];
  Hello hello;
  std::vector<std::string> damages; ///< that decode was told of
};

bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_F(ProtocolTest, TwoSidesOfOneBundle) {
  std::future<std::string> server = serve();
  EXPECT_EQ(messageOf([&] { decode(); }), "");
  EXPECT_EQ(server.get(), "");
}

TEST_F(ProtocolTest, AnotherContract) {
  hello.contract = "blake3:another";
  EXPECT_TRUE(contains(serverSays(frame(hello)),
                       "the peer's contract digest is 'blake3:another', ours "
                       "is 'blake3:"));
}

TEST_F(ProtocolTest, OtherWeights) {
  hello.weights = "blake3:others";
  EXPECT_TRUE(contains(serverSays(frame(hello)),
                       "the peer's weight set digest is 'blake3:others'"));
}

TEST_F(ProtocolTest, AnotherTool) {
  hello.tool = "99";
  EXPECT_TRUE(
      contains(serverSays(frame(hello)), "the peer's tool version is '99'"));
}

TEST_F(ProtocolTest, AnotherProtocolVersion) {
  std::string bytes = frame(hello);
  bytes[4] = 7;
  EXPECT_TRUE(contains(serverSays(bytes),
                       "the peer sent protocol version 7, expected 1"));
}

TEST_F(ProtocolTest, NoFrame) {
  EXPECT_EQ(serverSays("GET / HTTP/1.1\r\n\r\n"),
            "the peer sent what is no frame of a hand-over");
}

TEST_F(ProtocolTest, AFrameWithoutEnd) {
  std::string bytes = frame(hello);
  EXPECT_EQ(serverSays(bytes.substr(0, bytes.size() - 3)),
            "the process that decodes is gone amid a message");
}

TEST_F(ProtocolTest, AHugeFrame) {
  std::string bytes = frame(hello);
  bytes[11] = 0x7f;
  EXPECT_TRUE(contains(serverSays(bytes), "expected at most 16777216"));
}

TEST_F(ProtocolTest, FlippedBytes) {
  std::string bytes = frame(hello);
  bytes[30] ^= 1;
  EXPECT_EQ(serverSays(bytes),
            "the peer sent a damaged 'hello' frame: its checksum differs");
}

TEST_F(ProtocolTest, ASilentPeer) {
  EXPECT_EQ(serverSays(frame(hello), /*leave=*/false),
            "the process that decodes has not been heard of for 500 ms");
}

TEST_F(ProtocolTest, AStepBeforeMemory) {
  EXPECT_EQ(serverSays(frame(hello) + frame(Prefill{1, 0, {1}, {0}, {1}, {5}})),
            "the peer sent a 'prefill' whose row 0 has lease 1");
}

TEST_F(ProtocolTest, MemoryWithoutADescriptor) {
  EXPECT_TRUE(contains(serverSays(frame(hello) + frame(Lend{0, 1})),
                       "the peer sent a 'lend' whose bytes are 1, expected "));
}

TEST_F(ProtocolTest, AStepOutOfBounds) {
  Prefill step{1, 0, {1}, {0}, {900}, {5}};
  step.tokens.resize(900);
  EXPECT_EQ(serverSays(frame(hello) + frame(step)),
            "the peer sent a 'prefill' of 1 rows and 900 tokens, expected 1 to "
            "4 rows and at most 8 tokens");
}

TEST_F(ProtocolTest, RandomBytesNeverPass) {
  std::string good = frame(Prefill{1, 0, {1}, {0}, {1}, {5}});
  unsigned seed = 1;
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = good.substr(sizeof(FrameHeader));
    seed = seed * 1664525u + 1013904223u;
    bytes.resize((seed >> 8) % (bytes.size() + 1));
    for (char &byte : bytes) {
      seed = seed * 1664525u + 1013904223u;
      byte = (seed >> 24) % 4 == 0 ? char(seed >> 16) : byte;
    }
    WireReader reader(MessageKind::Prefill, bytes);
    Prefill step;
    try {
      step.describe(reader);
      reader.finish();
    } catch (const Failure &failure) {
      EXPECT_TRUE(contains(failure.what(), "the peer sent a 'prefill' frame"));
    }
  }
}

TEST_F(ProtocolTest, APeerThatEndsAmidAStep) {
  std::string message = decodeWith([&](int socket) {
    std::string bytes = frame(hello);
    send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    char buffer[4096];
    recv(socket, buffer, sizeof(buffer), 0);
  });
  EXPECT_TRUE(
      contains(message, "the process that runs prefill on 'first' is gone"))
      << message;
}

TEST_F(ProtocolTest, APeerWhosePrefillFails) {
  std::string message = decodeWith([&](int socket) {
    std::string bytes = frame(hello) + frame(Failed{"out of luck"});
    send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    usleep(300000);
  });
  EXPECT_EQ(message, "prefill on 'first' failed: out of luck");
}

TEST_F(ProtocolTest, DamagedCacheIsAskedForOnceMoreAndNeverDecoded) {
  std::string message = decodeWith([&](int socket) {
    std::string bytes = frame(hello) + frame(Layer{1, 0, 0, 0, 3, 24, 12345}) +
                        frame(Done{1, 1, 0}) +
                        frame(Layer{2, 0, 0, 0, 3, 24, 6789});
    send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    usleep(300000);
  });
  EXPECT_TRUE(contains(
      message, "the peer sent a 'layer' whose checksum is 6789, expected "))
      << message;
  ASSERT_EQ(damages.size(), 1u);
  EXPECT_TRUE(contains(
      damages[0], "the peer sent a 'layer' whose checksum is 12345, expected "))
      << damages[0];
}

/// A server whose first message of `kind` is damaged, as by bits that flip in
/// what it describes; the step is repeated and all is well.
TEST_F(ProtocolTest, ADamagedStepIsRepeated) {
  for (MessageKind damaged : {MessageKind::Layer, MessageKind::Done}) {
    damages.clear();
    EXPECT_EQ(decodeThroughDamage(damaged), "");
    ASSERT_EQ(damages.size(), 1u);
    EXPECT_TRUE(contains(damages[0], "whose checksum is")) << damages[0];
  }
}

TEST_F(ProtocolTest, AStreamThatEndsAmidAFrameIsReported) {
  std::string message = decodeWith([&](int socket) {
    std::string bytes = frame(hello) + frame(Layer{1, 0, 0, 0, 3, 24, 0});
    send(socket, bytes.data(), bytes.size() - 3, MSG_NOSIGNAL);
    shutdown(socket, SHUT_WR);
    usleep(300000);
  });
  EXPECT_EQ(message,
            "the process that runs prefill on 'first' is gone amid a message");
  EXPECT_TRUE(damages.empty());
}

TEST_F(ProtocolTest, ALayerThatNobodyAskedFor) {
  std::string message = decodeWith([&](int socket) {
    std::string bytes = frame(hello) + frame(Layer{1, 0, 0, 60, 3, 24, 0});
    send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    usleep(300000);
  });
  EXPECT_EQ(message,
            "the peer sent a 'layer' whose first token is 60, expected 0");
}
