package org.sgconv.cli.plot;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes PNG images. */
public final class Png {

  private Png() {}

  /**
   * Writes the whole image. It is encoded in memory first: ImageIO would otherwise put a file of
   * its own into the system's folder for temporary files, and wraps a failure of {@code out}.
   *
   * @throws IOException of {@code out} as it is, or if this Java runtime cannot write PNG
   */
  public static void write(BufferedImage image, OutputStream out) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream encoded = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(image, "png", encoded)) {
        throw new IOException("this Java runtime cannot write PNG images");
      }
    }
    bytes.writeTo(out);
  }
}
