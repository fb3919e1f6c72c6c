#include "call_chains.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <stdexcept>

#include "emulation/control.h"

namespace sgconv::test {
namespace {

using Addresses = std::vector<const void *>;

Addresses returns_of(int32_t barrier) {
  Addresses result(64);
  const int32_t count =
      sgconv_emulation_barrier_returns(barrier, result.data(), static_cast<int32_t>(result.size()));
  result.resize(std::min(result.size(), static_cast<std::size_t>(count)));
  return result;
}

// "<function> at <file>:<line>" of the calls that return to these addresses of one library, or
// program, each with the calls that it is inlined in.
std::vector<std::vector<std::string>> calls_in(const std::string &file, const char *base,
                                               const Addresses &returns) {
  std::string command = "addr2line -Cfipa -e '" + file + "'";
  for (const void *address : returns) {
    char text[32];
    std::snprintf(text, sizeof text, " %#tx", static_cast<const char *>(address) - base - 1);
    command += text;
  }
  std::vector<std::vector<std::string>> result;
  FILE *const output = popen(command.c_str(), "r");
  char *line = nullptr;
  std::size_t room = 0;
  while (output != nullptr && getline(&line, &room, output) > 0) {
    std::string text = line;
    text = text.substr(0, text.find_last_not_of("\n") + 1);
    if (text.compare(0, 2, "0x") == 0) {  // an address, a colon, and its innermost call
      result.emplace_back();
      text = text.substr(text.find(' ') + 1);
    }
    const std::string inlined = " (inlined by) ";
    if (text.compare(0, inlined.size(), inlined) == 0) {
      text = text.substr(inlined.size());
    }
    text = text.substr(0, text.find(" (discriminator"));
    const std::size_t at = text.rfind(" at "), folder = text.rfind('/');
    if (at != std::string::npos && folder != std::string::npos && folder > at) {
      text = text.substr(0, at + 4) + text.substr(folder + 1);
    }
    result.back().push_back(text);
  }
  std::free(line);
  if (output == nullptr || pclose(output) != 0 || result.size() != returns.size()) {
    throw std::runtime_error("addr2line, of GNU binutils, cannot read " + file);
  }
  return result;
}

// What all CUDA kernels are called from.
bool makes_threads(const std::string &call) {
  return call.compare(0, 5, "std::") == 0 ||
         call.find("sgconv::cuda::launch<") != std::string::npos ||
         call.find("sgconv::emulation::BlockRunner::") != std::string::npos;
}

}  // namespace

std::map<std::string, std::vector<int32_t>> barriers_by_calls() {
  std::map<const void *, std::set<const void *>> by_base;
  std::map<const void *, std::string> files;
  for (int32_t number = 0; number < sgconv_emulation_barriers(); ++number) {
    for (const void *address : returns_of(number)) {
      Dl_info place = {};
      if (dladdr(address, &place) != 0) {
        by_base[place.dli_fbase].insert(address);
        files[place.dli_fbase] = place.dli_fname;
      }
    }
  }
  std::map<const void *, std::vector<std::string>> calls;
  for (const auto &[base, addresses] : by_base) {
    const Addresses list(addresses.begin(), addresses.end());
    const auto found = calls_in(files[base], static_cast<const char *>(base), list);
    for (std::size_t i = 0; i < list.size(); ++i) {
      calls[list[i]] = found[i];
    }
  }
  std::map<std::string, std::vector<int32_t>> result;
  for (int32_t number = 0; number < sgconv_emulation_barriers(); ++number) {
    std::string chain;
    for (const void *address : returns_of(number)) {
      for (const std::string &call : calls[address]) {
        if (!makes_threads(call)) {
          chain += "  " + call + "\n";
        }
      }
    }
    result[chain].push_back(number);
  }
  return result;
}

}  // namespace sgconv::test
