package org.sgconv.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.sgconv.cli.audio.Sound;
import org.sgconv.cli.audio.WavWriter;
import org.sgconv.io.Safetensors;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Small inputs, made where they are needed. */
final class SampleFiles {

  private SampleFiles() {}

  static Path wav(Path file, int channels, int frames) throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    float[][] samples = new float[channels][frames];
    for (float[] channel : samples) {
      for (int i = 0; i < frames; i++) {
        channel[i] = (float) (0.3 * random.nextGaussian());
      }
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      WavWriter.write(new Sound(48000, samples), WavWriter.Format.FLOAT32, out);
    }
    return file;
  }

  static Path raw(Path file, float... values) throws IOException {
    byte[] bytes = new byte[4 * values.length];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return Files.write(file, bytes);
  }

  static Path tensor(Path file, String name, long... dims) {
    SplittableRandom random = new SplittableRandom(5);
    try (Tensor tensor = Tensor.zeros(DType.FLOAT32, dims)) {
      for (long i = 0; i < tensor.elementCount(); i++) {
        tensor.setFlat(i, random.nextGaussian());
      }
      Safetensors.writer().add(name, tensor).write(file);
    }
    return file;
  }
}
