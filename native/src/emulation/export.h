// Visibility of what the emulated libraries offer.
#pragma once

#define SGCONV_EMULATION_API __attribute__((visibility("default")))
