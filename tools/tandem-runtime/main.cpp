//===- main.cpp - runs bundles --------------------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The table of verbs, and errors as exit codes.
//
//===----------------------------------------------------------------------===//

#include <cstdio>
#include <exception>

#include "tandem/targets/Runtime/tandem-runtime.h"
#include "tandem/tools/tandem-runtime/Interrupt.h"
#include "tandem/tools/tandem-runtime/SamplingOptions.h"
#include "tandem/tools/tandem-runtime/Verbs.h"

using namespace tandem::cli;

static std::vector<Verb> makeVerbs() {
  const Option threads = {"--threads", "N", "0",
                          "threads, 0: as many as the process may use"};
  const Option json = {"--json", nullptr, nullptr,
                       "print one JSON object instead of text"};
  const Option verify = {"--verify", "changed|full", "changed",
                         "digests to check: of weights that have changed since "
                         "last time and all else, or all"};
  const Option randomWeights = {
      "--random-weights", "SEED", nullptr,
      "weights for a bundle compiled with --no-weights"};
  const Option emulate = {"--emulate", nullptr, nullptr,
                          "run kernels of another chip on this CPU, slowly"};
  const Option noSpecials = {"--no-specials-in-text", nullptr, nullptr,
                             "a special token's spelling is only text"};
  const Option stop = {"--stop", "TEXT", nullptr,
                       "end before this text; may be given several times",
                       true};
  auto withSampling = [](std::vector<Option> options) {
    for (const Option &option : samplingOptions()) {
      options.push_back(option);
    }
    return options;
  };
  return {
      {"run", "Generates text after a prompt, or token ids.",
       withSampling(
           {{"--prompt", "TEXT", nullptr, "the prompt"},
            noSpecials,
            stop,
            {"--tokens", "IDS", nullptr,
             "the prompt as ids with commas between; prints ids"},
            {"-n", "N", nullptr,
             "tokens to generate at most (default: 16, after --prompt 128 or "
             "what fits)"},
            {"--ignore-eos", nullptr, nullptr, "go on after an end token"},
            json,
            {"--save-logits", "FILE.npy", nullptr,
             "write logits, fp32 [rows, vocabulary]"},
            {"--logits", "last|all", "last",
             "rows that chose a token, or the prompt's rows as well"},
            {"--processes", "1|2", "1",
             "2: prefill in a process of its own, the cache in shared memory"},
            emulate,
            randomWeights,
            verify,
            threads}),
       runVerb},
      {"chat", "Answers questions, one a line, by the bundle's chat template.",
       withSampling(
           {{"--system", "TEXT", nullptr, "what the model is told before all"},
            {"-n", "N", "512", "tokens of an answer at most"},
            stop,
            verify,
            threads}),
       chatVerb},
      {"bench",
       "Measures prefill, decode and load; prints a JSON line per repeat.",
       {{"--prompt", "N", "512", "prompt tokens"},
        {"--new", "N", "64", "tokens to generate"},
        {"--repeat", "N", "3", "measurements, after one that is not counted"},
        {"--roof", nullptr, nullptr,
         "also read the weights and do nothing else, and compare decode"},
        randomWeights,
        verify,
        threads},
       benchVerb},
      {"eval",
       "Computes the perplexity of a text.",
       {{"--text", "FILE", nullptr, "the text"},
        noSpecials,
        {"--ids", "FILE.json", nullptr,
         "the text as token ids: an object with a list \"ids\""},
        {"--window", "N", "512",
         "tokens of a sequence; 0: the whole text is one"},
        {"--score", "half|all", nullptr,
         "tokens of second halves of whole windows (default for several "
         "windows), or all but the first (default for one)"},
        json,
        verify,
        threads},
       evalVerb},
      {"render",
       "Prints the prompt that a bundle's chat template, or the template "
       "in a file NAME.jinja in its place, makes of a conversation.",
       {{"--conversation", "FILE.json", nullptr,
         "what the template reads: {\"messages\": [...], ...}"},
        {"--date", "DATE", nullptr,
         "what a template takes for today, as 2024-07-26"}},
       renderVerb},
      {"tokenize",
       "Encodes the lines of standard input by a bundle's tokenizer, or by the "
       "one in a file NAME.json in its place.",
       {{"--decode", nullptr, nullptr, "lines are ids with commas between"},
        {"--add-specials", nullptr, nullptr,
         "with the tokens that belong around a prompt"},
        noSpecials,
        {"--skip-specials", nullptr, nullptr,
         "leave special tokens out when decoding"},
        {"--json", nullptr, nullptr,
         "lines are JSON strings or arrays of ids; print an object for each, "
         "decoded ones with the piece that each token completes"}},
       tokenizeVerb},
      {"verify",
       "Checks digests, contract, code and golden vectors.",
       {emulate, randomWeights, json, threads},
       verifyVerb},
      {"serve-prefill",
       "Runs prefill for the process at a socket; 'run --processes 2' starts "
       "it.",
       {{"--socket", "N", nullptr, "number of the open socket"},
        randomWeights,
        verify,
        threads},
       servePrefillVerb},
      {"inspect", "Prints what is in a bundle.", {json}, inspectVerb},
  };
}

static const Verb &findVerb(const std::vector<Verb> &verbs,
                            const std::string &name) {
  std::vector<std::string> names;
  for (const Verb &verb : verbs) {
    if (verb.name == name) {
      return verb;
    }
    names.push_back(verb.name);
  }
  throw Failure(ExitCode::Usage, "there is no verb '" + name + "'" +
                                     suggest(name, names) +
                                     "; see 'tandem-runtime --help'");
}

static int dispatch(std::vector<std::string> words) {
  const std::vector<Verb> verbs = makeVerbs();
  auto isHelp = [](const std::string &word) {
    return word == "--help" || word == "-h";
  };
  if (words.empty()) {
    throw Failure(ExitCode::Usage,
                  "no verb given; see 'tandem-runtime --help'");
  }
  if (isHelp(words[0])) {
    std::fputs(helpText(verbs).c_str(), stdout);
    return 0;
  }
  if (words[0] == "--version") {
    std::printf("tandem-runtime %s\n", tandem_runtime_version());
    return 0;
  }
  const Verb &verb = findVerb(verbs, words[0]);
  words.erase(words.begin());
  for (const std::string &word : words) {
    if (isHelp(word)) {
      std::fputs(helpText(verb).c_str(), stdout);
      return 0;
    }
  }
  return verb.run(Arguments(verb, words));
}

int main(int argc, char **argv) {
  ExitCode code = ExitCode::InternalError;
  exitOnInterrupts();
  try {
    int status = dispatch({argv + 1, argv + argc});
    if (std::fflush(stdout) == 0 && !std::ferror(stdout)) {
      return status;
    }
    std::fprintf(stderr, "error: cannot write to standard output\n");
    return static_cast<int>(ExitCode::Environment);
  } catch (const Failure &failure) {
    code = failure.code;
    std::fprintf(stderr, "error: %s\n", failure.what());
  } catch (const std::exception &error) {
    std::fprintf(stderr, "error: %s\n", error.what());
  }
  return static_cast<int>(code);
}
