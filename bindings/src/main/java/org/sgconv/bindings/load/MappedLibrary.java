package org.sgconv.bindings.load;

import java.lang.foreign.SymbolLookup;

/** A library in this process and its symbols, which stay for as long as the process. */
record MappedLibrary(LoadedLibrary library, SymbolLookup symbols) {}
