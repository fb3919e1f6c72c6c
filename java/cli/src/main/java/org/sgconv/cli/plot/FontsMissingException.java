package org.sgconv.cli.plot;

import org.sgconv.SgConvException;

/** Java finds no fonts on this machine, so nothing can be labeled. */
public final class FontsMissingException extends SgConvException {

  private static final long serialVersionUID = 1L;

  /** Says what to install. */
  FontsMissingException(Throwable cause) {
    super(
        "no plot: Java finds no fonts here ("
            + cause.getMessage()
            + "): install fontconfig and a font, on Debian fontconfig and fonts-dejavu-core",
        cause);
  }
}
