package org.sgconv.contract;

import org.sgconv.ConvolutionMode;

/**
 * The convolution and its gradients element by element, as the sums are defined and no cleverer. v
 * = pre ⊙ u, z = conv(v) + D ⊙ v, y = post ⊙ z. Lags from K on are zero, and so are all samples
 * beyond a row's length.
 */
final class NaiveConvolution {

  private final Operands operands;
  private final ConvolutionCase at;

  NaiveConvolution(Operands operands) {
    this.operands = operands;
    this.at = operands.at();
  }

  double y(int b, int c, int h, int t) {
    if (isBeyond(b, t)) {
      return 0;
    }
    return operands.post()[signal(b, h, t)] * z(b, c, h, t);
  }

  double z(int b, int c, int h, int t) {
    int length = at.length();
    double sum = 0;
    switch (at.mode()) {
      case CAUSAL -> {
        for (int j = 0; j <= t; j++) {
          sum += k(c, h, j) * v(b, h, t - j);
        }
      }
      case BIDIRECTIONAL -> {
        for (int j = 0; j <= t; j++) {
          sum += k(c, h, j) * v(b, h, t - j);
        }
        for (int j = 0; t + 1 + j < length; j++) {
          sum += k(at.heads() + c, h, j) * v(b, h, t + 1 + j);
        }
      }
      case CIRCULAR -> {
        for (int j = 0; j < length; j++) {
          sum += k(c, h, j) * v(b, h, Math.floorMod(t - j, length));
        }
      }
      case CENTERED -> {
        for (int i = 0; i < at.kernelLength(); i++) {
          int from = t - (i - at.kernelLength() / 2);
          if (from >= 0 && from < length) {
            sum += k(c, h, i) * v(b, h, from);
          }
        }
      }
    }
    return sum + operands.skip()[c * at.hidden() + h] * v(b, h, t);
  }

  double du(int b, int h, int s) {
    if (isBeyond(b, s)) {
      return 0;
    }
    return operands.pre()[signal(b, h, s)] * dv(b, h, s);
  }

  double dpre(int b, int h, int s) {
    if (isBeyond(b, s)) {
      return 0;
    }
    return operands.u()[signal(b, h, s)] * dv(b, h, s);
  }

  double dpost(int b, int h, int t) {
    if (isBeyond(b, t)) {
      return 0;
    }
    double sum = 0;
    for (int c = 0; c < at.heads(); c++) {
      sum += operands.dy()[output(b, c, h, t)] * z(b, c, h, t);
    }
    return sum;
  }

  /** Gradient of kernel channel {@code channel}, at index {@code j}. */
  double dk(int channel, int h, int j) {
    boolean backward = channel >= at.heads();
    int c = backward ? channel - at.heads() : channel;
    int length = at.length();
    double sum = 0;
    for (int b = 0; b < at.batch(); b++) {
      if (at.mode() == ConvolutionMode.CIRCULAR) {
        for (int t = 0; t < length; t++) {
          sum += dz(b, c, h, t) * v(b, h, Math.floorMod(t - j, length));
        }
      } else if (at.mode() == ConvolutionMode.CENTERED) {
        for (int t = 0; t < length; t++) {
          int from = t - (j - at.kernelLength() / 2);
          if (from >= 0 && from < length) {
            sum += dz(b, c, h, t) * v(b, h, from);
          }
        }
      } else if (backward) {
        for (int t = 0; t + 1 + j < length; t++) {
          sum += dz(b, c, h, t) * v(b, h, t + 1 + j);
        }
      } else {
        for (int t = j; t < length; t++) {
          sum += dz(b, c, h, t) * v(b, h, t - j);
        }
      }
    }
    return sum;
  }

  double dskip(int c, int h) {
    double sum = 0;
    for (int b = 0; b < at.batch(); b++) {
      for (int t = 0; t < at.length(); t++) {
        sum += dz(b, c, h, t) * v(b, h, t);
      }
    }
    return sum;
  }

  private double dv(int b, int h, int s) {
    int length = at.length();
    double sum = 0;
    for (int c = 0; c < at.heads(); c++) {
      switch (at.mode()) {
        case CAUSAL -> {
          for (int t = s; t < length; t++) {
            sum += k(c, h, t - s) * dz(b, c, h, t);
          }
        }
        case BIDIRECTIONAL -> {
          for (int t = s; t < length; t++) {
            sum += k(c, h, t - s) * dz(b, c, h, t);
          }
          for (int t = 0; t < s; t++) {
            sum += k(at.heads() + c, h, s - 1 - t) * dz(b, c, h, t);
          }
        }
        case CIRCULAR -> {
          for (int t = 0; t < length; t++) {
            sum += k(c, h, Math.floorMod(t - s, length)) * dz(b, c, h, t);
          }
        }
        case CENTERED -> {
          for (int t = 0; t < length; t++) {
            int i = t - s + at.kernelLength() / 2;
            sum += i < 0 ? 0 : k(c, h, i) * dz(b, c, h, t);
          }
        }
      }
      sum += operands.skip()[c * at.hidden() + h] * dz(b, c, h, s);
    }
    return sum;
  }

  private boolean isBeyond(int b, int t) {
    return t >= operands.lengths()[b];
  }

  private double v(int b, int h, int t) {
    if (isBeyond(b, t)) {
      return 0;
    }
    int index = signal(b, h, t);
    return operands.pre()[index] * operands.u()[index];
  }

  private double dz(int b, int c, int h, int t) {
    if (isBeyond(b, t)) {
      return 0;
    }
    return operands.post()[signal(b, h, t)] * operands.dy()[output(b, c, h, t)];
  }

  private double k(int channel, int h, int j) {
    int lags = at.kernelLength();
    return j >= lags ? 0 : operands.kernel()[(channel * at.hidden() + h) * lags + j];
  }

  private int signal(int b, int h, int t) {
    return (b * at.hidden() + h) * at.length() + t;
  }

  private int output(int b, int c, int h, int t) {
    return ((b * at.heads() + c) * at.hidden() + h) * at.length() + t;
  }
}
