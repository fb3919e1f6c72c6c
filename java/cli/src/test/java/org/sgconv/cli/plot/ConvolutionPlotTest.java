package org.sgconv.cli.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.OptionalInt;
import javax.imageio.ImageIO;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConvolutionPlotTest {

  private static BufferedImage draw(float[] input, float[] kernel, float[] output, OptionalInt rate)
      throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    new ConvolutionPlot("title", rate).write(input, kernel, 0, output, png);
    return ImageIO.read(new ByteArrayInputStream(png.toByteArray()));
  }

  /** Share of pixels in a panel (column, row) that are clearly of one color channel's hue. */
  private static long colored(BufferedImage image, int column, int row) {
    long count = 0;
    for (int x = column * image.getWidth() / 2; x < (column + 1) * image.getWidth() / 2; x++) {
      for (int y = row * image.getHeight() / 2; y < (row + 1) * image.getHeight() / 2; y++) {
        int rgb = image.getRGB(x, y);
        int red = rgb >> 16 & 0xFF;
        int green = rgb >> 8 & 0xFF;
        int blue = rgb & 0xFF;
        int spread = Math.max(red, Math.max(green, blue)) - Math.min(red, Math.min(green, blue));
        count += spread > 60 ? 1 : 0;
      }
    }
    return count;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 100, 50_000})
  void everyPanelShowsItsLineAtAnyLength(int length) throws IOException {
    float[] noise = new float[length];
    for (int i = 0; i < length; i++) {
      noise[i] = (float) Math.sin(i * 0.7 + i * i * 1e-3);
    }
    BufferedImage image = draw(noise, noise, noise, OptionalInt.of(8000));
    assertThat(image.getWidth()).isEqualTo(Charts.WIDTH);
    assertThat(image.getHeight()).isEqualTo(Charts.HEIGHT);
    if (length >= 100) {
      for (int panel = 0; panel < 4; panel++) {
        assertThat(colored(image, panel / 2, panel % 2)).as("panel %d", panel).isGreaterThan(300);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1000})
  void silenceCanBeDrawn(int length) throws IOException {
    float[] silence = new float[length];
    assertThat(draw(silence, silence, silence, OptionalInt.empty()).getWidth())
        .isEqualTo(Charts.WIDTH);
  }
}
