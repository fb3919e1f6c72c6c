package org.sgconv.bindings.load;

import java.nio.file.Path;

/**
 * A library that this process has loaded.
 *
 * @param library which one
 * @param path absolute path of the file that was loaded
 * @param origin where it was found, for reports
 */
public record LoadedLibrary(NativeLibrary library, Path path, String origin) {}
