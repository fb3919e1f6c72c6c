package org.sgconv.nn.model;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.ShapeMismatchException;
import org.sgconv.nn.Pass;
import org.sgconv.nn.StateVisitor;
import org.sgconv.nn.Stateful;
import org.sgconv.nn.state.ParameterSource;
import org.sgconv.tensor.Tensor;

/** Makes logits of signals (B,H,L): one vector of each row, of two rows their comparison. */
final class Decoder implements Stateful, AutoCloseable {

  private final DecoderSpec spec;
  private final int hidden;

  /** Without pairs to the classes, with pairs to a hidden layer. */
  private final LinearParameters first;

  /** With pairs to the classes. */
  private final @Nullable LinearParameters second;

  private Decoder(
      DecoderSpec spec, int hidden, LinearParameters first, @Nullable LinearParameters second) {
    this.spec = spec;
    this.hidden = hidden;
    this.first = first;
    this.second = second;
  }

  static Decoder create(DecoderSpec spec, int hidden, ParameterSource source) {
    if (!spec.pairs()) {
      ParameterSource place = source.child("output_transform");
      return new Decoder(
          spec, hidden, LinearParameters.create(hidden, spec.classes(), place), null);
    }
    ParameterSource classifier = source.child("retrieval").child("classifier");
    LinearParameters first = LinearParameters.create(4L * hidden, hidden, classifier.child("0"));
    try {
      return new Decoder(
          spec,
          hidden,
          first,
          LinearParameters.create(hidden, spec.classes(), classifier.child("2")));
    } catch (RuntimeException failure) {
      first.close();
      throw failure;
    }
  }

  /** Rows of logits: pairs, or rows of the batch. */
  private long rows(long batch) {
    if (spec.pairs() && batch % 2 != 0) {
      throw new ShapeMismatchException(
          "the batch has "
              + batch
              + " rows: the first half is compared with the second, so give an even number");
    }
    return spec.pairs() ? batch / 2 : batch;
  }

  /** Logits (n,K), of the pass. */
  Tensor forward(Tensor x, @Nullable MemorySegment lengths, Pass pass) {
    long rows = rows(x.dim(0));
    Tensor pooled = pooled(x.dim(0), pass);
    if (spec.pooling() == Pooling.MEAN) {
      pass.operations().meanPool(x, lengths, pooled);
    } else {
      pass.operations().lastPosition(x, lengths, pooled);
    }
    Tensor logits = pass.scratch("logits", rows, spec.classes());
    LinearParameters last = second;
    if (last == null) {
      run(first, false, pooled, logits, pass);
    } else {
      Tensor features = features(rows, pass);
      pass.operations().pairFeatures(pooled, features);
      Tensor inner = inner(rows, pass);
      run(first, false, features, inner, pass);
      run(last, true, inner, logits, pass);
    }
    return logits;
  }

  /** Overwrites the gradients of the parameters and dx (B,H,L). */
  void backward(Tensor dlogits, @Nullable MemorySegment lengths, Tensor dx, Pass pass) {
    long batch = dx.dim(0);
    long rows = rows(batch);
    Tensor dpooled = pass.scratch("gradient of pooled", batch, hidden);
    LinearParameters last = second;
    if (last == null) {
      runBackward(first, false, pooled(batch, pass), dlogits, dpooled, pass);
    } else {
      Tensor dinner = pass.scratch("gradient of inner", rows, hidden);
      runBackward(last, true, inner(rows, pass), dlogits, dinner, pass);
      Tensor dfeatures = pass.scratch("gradient of features", rows, 4L * hidden);
      runBackward(first, false, features(rows, pass), dinner, dfeatures, pass);
      pass.operations().pairFeaturesBackward(pooled(batch, pass), dfeatures, dpooled);
    }
    if (spec.pooling() == Pooling.MEAN) {
      pass.operations().meanPoolBackward(dpooled, lengths, dx);
    } else {
      pass.operations().lastPositionBackward(dpooled, lengths, dx);
    }
  }

  private Tensor pooled(long batch, Pass pass) {
    return pass.scratch("pooled", batch, hidden);
  }

  private Tensor features(long rows, Pass pass) {
    return pass.scratch("features", rows, 4L * hidden);
  }

  private Tensor inner(long rows, Pass pass) {
    return pass.scratch("inner", rows, hidden);
  }

  /** A linear map of vectors: of signals of one position. */
  private static void run(LinearParameters linear, boolean gelu, Tensor x, Tensor y, Pass pass) {
    try (Tensor in = asSignals(x);
        Tensor out = asSignals(y)) {
      linear.forward(gelu, in, out, pass);
    }
  }

  private static void runBackward(
      LinearParameters linear, boolean gelu, Tensor x, Tensor dy, Tensor dx, Pass pass) {
    try (Tensor in = asSignals(x);
        Tensor gradient = asSignals(dy);
        Tensor into = asSignals(dx)) {
      linear.backward(gelu, in, gradient, into, pass);
    }
  }

  private static Tensor asSignals(Tensor vectors) {
    return vectors.reshape(vectors.dim(0), vectors.dim(1), 1);
  }

  @Override
  public void visit(StateVisitor visitor) {
    LinearParameters last = second;
    if (last == null) {
      visitor.child("output_transform", first);
    } else {
      visitor.child("retrieval.classifier.0", first);
      visitor.child("retrieval.classifier.2", last);
    }
  }

  @Override
  public void close() {
    first.close();
    LinearParameters last = second;
    if (last != null) {
      last.close();
    }
  }
}
