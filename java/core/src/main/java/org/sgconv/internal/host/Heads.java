package org.sgconv.internal.host;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** The ends of models, where an example is one vector: see {@code spi.LayerOperations}. */
public final class Heads {

  private Heads() {}

  /** Running statistics (H) move towards a batch's. */
  public static void runningStatistics(
      Tensor mean,
      Tensor variance,
      long count,
      double momentum,
      Tensor runningMean,
      Tensor runningVariance) {
    double unbiased = (double) count / (count - 1);
    move(mean, 1, momentum, runningMean);
    move(variance, unbiased, momentum, runningVariance);
  }

  private static void move(Tensor batch, double factor, double momentum, Tensor running) {
    double[] values = batch.toDoubleArray();
    double[] known = running.toDoubleArray();
    for (int h = 0; h < known.length; h++) {
      known[h] = (1 - momentum) * known[h] + momentum * factor * values[h];
    }
    write(known, running);
  }

  /** x (2n,H) to (a, b, a − b, a ⊙ b) (n,4H). */
  public static void pairFeatures(Tensor x, Tensor y) {
    int hidden = (int) x.dim(1);
    double[] in = x.toDoubleArray();
    int half = in.length / 2;
    double[] out = new double[2 * in.length];
    for (int i = 0; i < half; i++) {
      int at = i / hidden * 4 * hidden + i % hidden;
      double a = in[i];
      double b = in[half + i];
      out[at] = a;
      out[at + hidden] = b;
      out[at + 2 * hidden] = a - b;
      out[at + 3 * hidden] = a * b;
    }
    write(out, y);
  }

  /** The gradient of x (2n,H). */
  public static void pairFeaturesBackward(Tensor x, Tensor dy, Tensor dx) {
    int hidden = (int) x.dim(1);
    double[] in = x.toDoubleArray();
    double[] gradient = dy.toDoubleArray();
    int half = in.length / 2;
    double[] out = new double[in.length];
    for (int i = 0; i < half; i++) {
      int at = i / hidden * 4 * hidden + i % hidden;
      double difference = gradient[at + 2 * hidden];
      double product = gradient[at + 3 * hidden];
      out[i] = gradient[at] + difference + product * in[half + i];
      out[half + i] = gradient[at + hidden] - difference + product * in[i];
    }
    write(out, dx);
  }

  /** Softmax cross-entropy of each row of logits (B,K), and the gradient of its mean. */
  public static void crossEntropy(
      Tensor logits, MemorySegment labels, Tensor losses, @Nullable Tensor dlogits) {
    int batch = (int) logits.dim(0);
    int classes = (int) logits.dim(1);
    double[] values = logits.toDoubleArray();
    double[] loss = new double[batch];
    double[] gradient = new double[values.length];
    for (int b = 0; b < batch; b++) {
      int label = (int) labels.getAtIndex(ValueLayout.JAVA_LONG, b);
      double[] row = Arrays.copyOfRange(values, b * classes, (b + 1) * classes);
      double most = Arrays.stream(row).max().orElseThrow();
      double sum = 0;
      for (double value : row) {
        sum += Math.exp(value - most);
      }
      loss[b] = Math.log(sum) + most - row[label];
      for (int k = 0; k < classes; k++) {
        double hit = k == label ? 1 : 0;
        gradient[b * classes + k] = (Math.exp(row[k] - most) / sum - hit) / batch;
      }
    }
    write(loss, losses);
    if (dlogits != null) {
      write(gradient, dlogits);
    }
  }

  private static void write(double[] values, Tensor tensor) {
    if (tensor.type() == DType.FLOAT64) {
      tensor.copyFrom(values);
      return;
    }
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = (float) values[i];
    }
    tensor.copyFrom(rounded);
  }
}
