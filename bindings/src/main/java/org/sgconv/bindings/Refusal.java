package org.sgconv.bindings;

import org.sgconv.bindings.load.LoadFailure;

/** Why a device that CUDA lists cannot be used, and how grave that is where it is the only one. */
record Refusal(LoadFailure failure, String reason) {}
