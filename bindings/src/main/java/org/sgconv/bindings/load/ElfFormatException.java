package org.sgconv.bindings.load;

import java.io.IOException;

/** A file that is no complete ELF shared object; the message goes on from the file's name. */
final class ElfFormatException extends IOException {

  private static final long serialVersionUID = 1L;

  ElfFormatException(String message) {
    super(message);
  }
}
