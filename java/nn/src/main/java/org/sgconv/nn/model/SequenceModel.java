package org.sgconv.nn.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidFileException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.io.Safetensors;
import org.sgconv.nn.Norm;
import org.sgconv.nn.Pass;
import org.sgconv.nn.PassStateException;
import org.sgconv.nn.StateVisitor;
import org.sgconv.nn.Stateful;
import org.sgconv.nn.layer.BatchNorm;
import org.sgconv.nn.layer.LayerNorm;
import org.sgconv.nn.layer.ResidualBlock;
import org.sgconv.nn.layer.ScalarNorm;
import org.sgconv.nn.layer.SgConvLayer;
import org.sgconv.nn.state.NameMap;
import org.sgconv.nn.state.NamedParameter;
import org.sgconv.nn.state.ParameterList;
import org.sgconv.nn.state.ParameterSource;
import org.sgconv.nn.state.SeededSource;
import org.sgconv.nn.state.StateDict;
import org.sgconv.nn.state.StoredSource;
import org.sgconv.spi.TensorCheck;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/**
 * A model of sequences: an encoder, residual blocks of {@link SgConvLayer}s, a norm if the blocks
 * begin with one, and a decoder (published code, {@code SequenceModel} with its encoder and
 * decoder).
 *
 * {@snippet :
 * try (SequenceModel model = SequenceModel.load(path, LongRangeArenaModel.LISTOPS.spec());
 *     Pass pass = Pass.evaluation(model.backend(), model.type())) {
 *   float[] logits = model.forward(TokenBatch.padded(rows, 0), pass).toFloatArray();
 * }
 * }
 *
 * <p>One thread at a time works on a model. A call that throws leaves the parameters and the
 * running statistics as they were.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class SequenceModel implements Stateful, AutoCloseable {

  private final SequenceModelSpec spec;
  private final Backend backend;
  private final DType type;
  private final Encoder encoder;
  private final List<ResidualBlock> blocks;
  private final @Nullable Norm norm;
  private final Decoder decoder;

  private SequenceModel(
      SequenceModelSpec spec,
      Backend backend,
      DType type,
      Encoder encoder,
      List<ResidualBlock> blocks,
      @Nullable Norm norm,
      Decoder decoder) {
    this.spec = spec;
    this.backend = backend;
    this.type = type;
    this.encoder = encoder;
    this.blocks = blocks;
    this.norm = norm;
    this.decoder = decoder;
  }

  /**
   * A new model, drawn from a seed as the published code draws it, with numbers of this library's
   * own: the same on every platform and backend.
   *
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   * @throws org.sgconv.HostMemoryException if the host has not the memory
   * @throws org.sgconv.device.DeviceMemoryException if the device has not the memory
   */
  public static SequenceModel create(
      Backend backend, SequenceModelSpec spec, DType type, long seed) {
    return build(backend, spec, type, SeededSource.of(backend, type, seed));
  }

  /**
   * The model of a file with the published names, on the best backend in FLOAT32.
   *
   * @throws InvalidFileException if the file is not sound, or contradicts the spec: then the
   *     message names both
   */
  public static SequenceModel load(Path path, SequenceModelSpec spec) {
    return load(path, spec, Backends.best(), DType.FLOAT32);
  }

  /**
   * The model of a file with the published names.
   *
   * @param type to compute in, whatever floating-point type the file has
   * @throws InvalidFileException if the file is not sound, or contradicts the spec: then the
   *     message names both
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   */
  public static SequenceModel load(Path path, SequenceModelSpec spec, Backend backend, DType type) {
    try (Safetensors file = Safetensors.open(path)) {
      return load(file, NameMap.PUBLISHED, "", spec, backend, type);
    }
  }

  /**
   * The model of an open file, which stays open.
   *
   * @param names those of the program that wrote it
   * @param prefix what the names of the model begin with; tensors with other names are left alone
   * @param type to compute in, whatever floating-point type the file has
   * @throws InvalidFileException if a tensor is missing, surplus or not finite, or contradicts the
   *     spec: then the message names both
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   */
  public static SequenceModel load(
      Safetensors file,
      NameMap names,
      String prefix,
      SequenceModelSpec spec,
      Backend backend,
      DType type) {
    StoredSource source = StoredSource.of(file, names, prefix, backend, type);
    SequenceModel model = build(backend, spec, type, source);
    try {
      source.requireAllUsed();
      return model;
    } catch (RuntimeException surplus) {
      model.close();
      throw surplus;
    }
  }

  private static SequenceModel build(
      Backend backend, SequenceModelSpec spec, DType type, ParameterSource source) {
    try (TensorScope made = TensorScope.onHost()) {
      ParameterSource model = source.child("model");
      List<ResidualBlock> blocks = new ArrayList<>();
      for (int i = 0; i < spec.layers(); i++) {
        ParameterSource place = model.child("layers").child(String.valueOf(i));
        blocks.add(made.adopt(block(spec, i, place)));
      }
      Norm last = spec.normFirst() ? made.adopt(norm(spec, model)) : null;
      Encoder encoder = made.adopt(encoder(spec, source.child("encoder").child("0")));
      Decoder decoder =
          made.adopt(
              Decoder.create(spec.decoder(), spec.hidden(), source.child("decoder").child("0")));
      SequenceModel built =
          new SequenceModel(spec, backend, type, encoder, List.copyOf(blocks), last, decoder);
      for (ResidualBlock block : blocks) {
        made.release(block);
      }
      if (last != null) {
        made.release(last);
      }
      made.release(encoder);
      made.release(decoder);
      return built;
    }
  }

  private static ResidualBlock block(SequenceModelSpec spec, int index, ParameterSource source) {
    SgConvLayer layer = SgConvLayer.create(spec.layer(), 2 * index, source.child("layer"));
    try {
      Norm norm = norm(spec, source);
      return new ResidualBlock(layer, norm, spec.normFirst(), spec.dropout(), 2 * index + 1);
    } catch (RuntimeException failure) {
      layer.close();
      throw failure;
    }
  }

  private static Norm norm(SequenceModelSpec spec, ParameterSource source) {
    ParameterSource place = source.child("norm").child("norm");
    if (spec.norm() == NormKind.BATCH) {
      return BatchNorm.create(spec.hidden(), place);
    }
    return spec.layer().transposed()
        ? ScalarNorm.create(spec.hidden(), place)
        : LayerNorm.create(spec.hidden(), place);
  }

  private static Encoder encoder(SequenceModelSpec spec, ParameterSource source) {
    return switch (spec.encoder()) {
      case EncoderSpec.OfTokens tokens ->
          new TokenEncoder(tokens.vocabulary(), spec.hidden(), source);
      case EncoderSpec.OfSignals signals ->
          new SignalEncoder(signals.channels(), spec.hidden(), source);
    };
  }

  /** What it is made of. */
  public SequenceModelSpec spec() {
    return spec;
  }

  /** Where it computes. */
  public Backend backend() {
    return backend;
  }

  /** What it computes in. */
  public DType type() {
    return type;
  }

  /** A pass through it whose forward calls can be followed by backward calls. */
  public Pass trainingPass(int seed) {
    return Pass.training(backend, type, seed);
  }

  /** A pass of forward calls alone. */
  public Pass evaluationPass() {
    return Pass.evaluation(backend, type);
  }

  /**
   * The logits of a batch.
   *
   * @return (B,K), or (B/2,K) of pairs; belongs to the pass and holds until its next forward call
   * @throws InvalidArgumentException if the input is of the other kind, a token is not in the
   *     vocabulary, or a batch norm in a training pass has only one value of each channel
   * @throws ShapeMismatchException if signals have another number of channels, or pairs are odd
   * @throws PassStateException if the pass is of another backend or type
   * @throws org.sgconv.TensorClosedException if the model or the input is closed
   */
  public Tensor forward(ModelInput input, Pass pass) {
    return pass.whole(() -> decode(input, backbone(encode(input, pass), pass), pass));
  }

  /** The encoder alone: (B,H,L), of the pass. */
  public Tensor encode(ModelInput input, Pass pass) {
    requireOwn(pass);
    pass.forgetModel(); // its memory is used again
    return encoder.forward(input, pass);
  }

  private Tensor backbone(Tensor encoded, Pass pass) {
    Tensor x = encoded;
    for (ResidualBlock block : blocks) {
      x = block.forward(x, pass);
    }
    Norm last = norm;
    return last == null ? x : last.forward(x, pass);
  }

  /**
   * The decoder alone: logits (n,K), of the pass.
   *
   * @param input for its lengths
   * @param x (B,H,L), B and L being the input's
   */
  public Tensor decode(ModelInput input, Tensor x, Pass pass) {
    requireOwn(pass);
    pass.requireSignals("x", x);
    TensorCheck.shape("x", x, input.batch(), spec.hidden(), input.length());
    pass.forgetModel(); // its memory is used again
    Tensor logits = decoder.forward(x, Positions.segment(input.lengths().orElse(null)), pass);
    pass.modelDone(this, input);
    return logits;
  }

  /** The blocks, in their order. */
  public List<ResidualBlock> blocks() {
    return blocks;
  }

  /** The norm after the last block, if the blocks begin with theirs. */
  public Optional<Norm> lastNorm() {
    return Optional.ofNullable(norm);
  }

  /**
   * The loss of logits, and its gradient.
   *
   * @param logits (n,K) of the last forward call
   * @param labels n classes
   * @throws ShapeMismatchException if there are not as many labels as rows
   * @throws InvalidArgumentException if a label is no class, or a logit not finite
   * @throws PassStateException if the pass is of another backend or type
   */
  public Loss loss(Tensor logits, long[] labels, Pass pass) {
    int classes = spec.decoder().classes();
    requireOwn(pass);
    pass.requireSignals("logits", logits);
    if (!logits.shape().matches(labels.length, classes)) {
      throw new ShapeMismatchException(
          labels.length
              + " labels are given for logits "
              + logits.shape()
              + ", expected (n,K) = ("
              + labels.length
              + ", "
              + classes
              + "): give one label for each row");
    }
    for (int row = 0; row < labels.length; row++) {
      if (labels[row] < 0 || labels[row] >= classes) {
        throw new InvalidArgumentException(
            "labels["
                + row
                + "] is "
                + labels[row]
                + ": the model has classes 0 to "
                + (classes - 1));
      }
    }
    TensorCheck.finite("logits", logits);
    Tensor losses = pass.scratch("losses", labels.length);
    Tensor gradient = pass.scratch("gradient of logits", labels.length, classes);
    MemorySegment segment = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, labels);
    pass.operations().crossEntropy(logits, segment, losses, gradient);
    double sum = 0;
    for (double each : losses.toDoubleArray()) {
      sum += each;
    }
    return new Loss(sum / labels.length, gradient);
  }

  /**
   * Overwrites the gradients of all parameters.
   *
   * @param dlogits gradient of the logits of the last forward call of this training pass
   * @throws PassStateException if there is no such forward call, or it has had its backward call
   */
  public void backward(Tensor dlogits, Pass pass) {
    requireOwn(pass);
    ModelInput input = pass.modelInput(this, ModelInput.class);
    pass.requireSignals("dlogits", dlogits);
    long rows = spec.decoder().pairs() ? input.batch() / 2 : input.batch();
    TensorCheck.shape("dlogits", dlogits, rows, spec.decoder().classes());
    pass.forgetModel();
    Tensor dx = pass.gradient(dlogits, dlogits, input.batch(), spec.hidden(), input.length());
    decoder.backward(dlogits, Positions.segment(input.lengths().orElse(null)), dx, pass);
    Norm last = norm;
    if (last != null) {
      dx = last.backward(dx, pass);
    }
    for (ResidualBlock block : blocks.reversed()) {
      dx = block.backward(dx, pass);
    }
    encoder.backward(input, dx, pass);
  }

  private void requireOwn(Pass pass) {
    if (!pass.backend().equals(backend) || pass.type() != type) {
      throw new PassStateException(
          "the pass computes in "
              + pass.type()
              + " on "
              + pass.backend().name()
              + ", the model in "
              + type
              + " on "
              + backend.name()
              + ": make a pass of the model's");
    }
  }

  /** All parameters, in the order of a file. */
  public List<NamedParameter> parameters() {
    return ParameterList.of(this);
  }

  /**
   * Writes a file with the published names, which the published code loads. Norms of kernels that
   * have not been taken yet are taken first.
   *
   * @throws InvalidFileException if it cannot be written; nothing is left behind
   */
  public void save(Path path) {
    StateDict.write(this, path);
  }

  /**
   * A model with the same values where another backend computes, or in another type.
   *
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   */
  public SequenceModel copyTo(Backend other, DType otherType) {
    try (Safetensors copy = Safetensors.of("a copy of a model", StateDict.toBytes(this))) {
      return load(copy, NameMap.PUBLISHED, "", spec, other, otherType);
    }
  }

  @Override
  public void visit(StateVisitor visitor) {
    for (int i = 0; i < blocks.size(); i++) {
      visitor.child("model.layers." + i, blocks.get(i));
    }
    Norm last = norm;
    if (last != null) {
      visitor.child("model.norm.norm", last);
    }
    visitor.child("encoder.0", encoder);
    visitor.child("decoder.0", decoder);
  }

  /** Closes all parameters. Closing a closed model does nothing. */
  @Override
  public void close() {
    blocks.forEach(ResidualBlock::close);
    Norm last = norm;
    if (last != null) {
      last.close();
    }
    encoder.close();
    decoder.close();
  }
}
