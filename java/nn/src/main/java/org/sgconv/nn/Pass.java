package org.sgconv.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.ClosedException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.spi.BackendProvider;
import org.sgconv.spi.Dropout;
import org.sgconv.spi.LayerOperations;
import org.sgconv.spi.TensorAccess;
import org.sgconv.spi.TensorCheck;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * One way through a model, again and again: whether it trains, where and in what type it computes,
 * and all that a forward call keeps for the backward call. Its memory is taken when it is first
 * needed and used again by every later call; a model has as many passes as it is used in at a time.
 *
 * <p>An evaluation pass keeps nothing that a backward call would need: there, layers share memory.
 * In a training pass norms use the statistics of the batch and dropouts draw their masks, from the
 * seed of the pass, the {@link #step} and the place of the dropout in the model.
 *
 * <p>For one thread at a time.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class Pass implements AutoCloseable {

  private final Backend backend;
  private final BackendProvider provider;
  private final LayerOperations operations;
  private final DType type;
  private final boolean training;
  private final int seed;
  private final PassMemory memory;
  private final PassConvolutions convolutions;

  /** Inputs of forward calls whose backward call may follow. */
  private final IdentityHashMap<Layer, Tensor> inputs = new IdentityHashMap<>();

  /** What layers around the present one still need. */
  private final List<Tensor> held = new ArrayList<>();

  /** What a forward call changes once all of it has succeeded. */
  private final List<Runnable> changes = new ArrayList<>();

  private @Nullable Object lastModel;
  private @Nullable Object lastInput;
  private boolean deferring;
  private long step;
  private boolean closed;

  private Pass(Backend backend, DType type, boolean training, int seed) {
    this.backend = backend;
    this.provider = BackendProvider.of(backend);
    provider.requireType(type);
    if (type.kernelType() != type) {
      throw new InvalidArgumentException(
          "a pass in " + type + ": layers compute in FLOAT32 or FLOAT64");
    }
    this.operations = provider.layers();
    this.type = type;
    this.training = training;
    this.seed = seed;
    this.memory = new PassMemory(provider, type);
    this.convolutions = new PassConvolutions(backend, type);
  }

  /**
   * A pass whose forward calls can be followed by backward calls.
   *
   * @param seed of the dropouts
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   * @throws org.sgconv.BackendFailureException if the backend has no operations of layers
   * @throws org.sgconv.TypeMismatchException if it does not take the type
   */
  public static Pass training(Backend backend, DType type, int seed) {
    return new Pass(backend, type, true, seed);
  }

  /**
   * A pass of forward calls alone.
   *
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   * @throws org.sgconv.BackendFailureException if the backend has no operations of layers
   * @throws org.sgconv.TypeMismatchException if it does not take the type
   */
  public static Pass evaluation(Backend backend, DType type) {
    return new Pass(backend, type, false, 0);
  }

  /** Where it computes. */
  public Backend backend() {
    return backend;
  }

  /** Type of everything that it computes with. */
  public DType type() {
    return type;
  }

  /** Whether backward calls may follow. */
  public boolean isTraining() {
    return training;
  }

  /**
   * Number of this step of a training, from 0: with the seed it decides what dropouts leave out.
   */
  public long step() {
    return step;
  }

  /**
   * Sets the number of the step, before the forward call. Another number ends what waits for a
   * backward call, which would draw other masks than its forward call.
   *
   * @throws InvalidArgumentException if it is below 0
   */
  public void setStep(long value) {
    if (value < 0) {
      throw new InvalidArgumentException("the step is " + value + ": must be ≥ 0");
    }
    if (step != value) {
      forgetForwardCalls();
    }
    step = value;
  }

  // For layers.

  /** What the backend computes. */
  public LayerOperations operations() {
    requireOpen();
    return operations;
  }

  /**
   * The dropout at a place of the model: none if this pass does not train.
   *
   * @param site another number for each dropout of a model
   */
  public Dropout dropout(double probability, int site) {
    return training && probability > 0 ? new Dropout(probability, seed, site, step) : Dropout.NONE;
  }

  /**
   * Memory of arbitrary content for something that the backward call of the layer needs; in an
   * evaluation pass, memory that all layers share under that name.
   */
  public Tensor keep(Layer owner, String name, long... dims) {
    requireOpen();
    return training ? memory.tensor(owner, name, dims) : memory.apart(held, this, name, dims);
  }

  /**
   * Memory of arbitrary content for a layer's result, which is not that of its input; in an
   * evaluation pass it is one of those that layers take turns with.
   */
  public Tensor output(Layer owner, Tensor input, long... dims) {
    requireOpen();
    return memory.apart(needed(input), training ? owner : this, "output", dims);
  }

  /** Memory of arbitrary content that the next call of any layer may take. */
  public Tensor scratch(String name, long... dims) {
    requireOpen();
    return memory.tensor(this, name, dims);
  }

  /**
   * Memory of arbitrary content for the gradient of a layer's input, which is not that of gradients
   * that are still needed.
   */
  public Tensor gradient(Tensor needed, Tensor alsoNeeded, long... dims) {
    requireOpen();
    return memory.apart(needed(needed, alsoNeeded), this, "gradient", dims);
  }

  private List<Tensor> needed(Tensor... more) {
    List<Tensor> all = new ArrayList<>(held);
    Collections.addAll(all, more);
    return all;
  }

  /**
   * A call of a layer inside another, which still needs these tensors afterwards: until the call
   * returns, their memory is not given out again.
   */
  public Tensor holding(List<Tensor> needed, Supplier<Tensor> call) {
    int before = held.size();
    held.addAll(needed);
    try {
      return call.get();
    } finally {
      held.subList(before, held.size()).clear();
    }
  }

  /**
   * Returns normally only if a layer can work on this tensor here.
   *
   * @param name what messages call it
   * @param channels H
   * @throws PassStateException if the pass is closed
   * @throws ShapeMismatchException if it is not (B,H,L)
   * @throws org.sgconv.TypeMismatchException if it is of another type
   * @throws org.sgconv.TensorClosedException if it is closed
   * @throws org.sgconv.device.WrongDeviceException if it is not where the pass computes
   */
  public void requireSignal(String name, Tensor tensor, long channels) {
    requireSignals(name, tensor);
    if (tensor.shape().rank() != 3 || tensor.dim(1) != channels) {
      throw notSignals(name, tensor, String.valueOf(channels));
    }
  }

  /** As {@link #requireSignal}, of a tensor of any shape. */
  public void requireSignals(String name, Tensor tensor) {
    requireOpen();
    TensorCheck.type(name, tensor, type);
    provider.requireOperand(name, tensor);
  }

  private static ShapeMismatchException notSignals(String name, Tensor tensor, String channels) {
    return new ShapeMismatchException(
        name
            + " has shape "
            + tensor.shape()
            + ", expected (B,H,L) = (any B, "
            + channels
            + ", any L)");
  }

  /**
   * As {@link #requireSignal}, of a tensor that has the shape of a checked one.
   *
   * @param like what it is to be like
   */
  public void requireLike(String name, Tensor tensor, Tensor like) {
    requireSignals(name, tensor);
    TensorCheck.shape(name, tensor, like.shape());
  }

  /**
   * As {@link #requireLike}, of a tensor that is to be written while the other is read.
   *
   * @param inputName what messages call the other
   * @throws InvalidArgumentException if it cannot be written, or shares memory with the other
   */
  public void requireResult(String name, Tensor tensor, String inputName, Tensor input) {
    requireLike(name, tensor, input);
    TensorCheck.writable(name, tensor);
    TensorCheck.disjoint(name, tensor, inputName, input);
  }

  /**
   * Returns normally only if the parameter can be used here: it is open, of this type, and where
   * this pass computes.
   */
  public void requireParameter(String name, Tensor value) {
    TensorAccess.requireOpen(value);
    if (value.type() != type) {
      throw new PassStateException(
          "the pass computes in "
              + type
              + ", but "
              + name
              + " is "
              + value
              + ": make a pass of the model's type");
    }
    provider.requireOperand(name, value);
  }

  /**
   * Begins a layer's forward call: what it keeps is overwritten from now on, so that no backward
   * call can follow for the forward call before.
   *
   * @param channels H of x
   */
  public void beginForward(Layer layer, Tensor x, long channels) {
    requireSignal("x", x, channels);
    begun(layer);
  }

  /** As {@link #beginForward(Layer, Tensor, long)}, of a layer that takes any H. */
  public void beginForward(Layer layer, Tensor x) {
    requireSignals("x", x);
    if (x.shape().rank() != 3) {
      throw notSignals("x", x, "any H");
    }
    begun(layer);
  }

  private void begun(Layer layer) {
    inputs.remove(layer);
    if (!deferring) {
      forgetModel(); // whose layer this may be
    }
  }

  /** Notes, at the end of a layer's forward call, that the backward call may come. */
  public void forwardDone(Layer layer, Tensor x) {
    if (training) {
      inputs.put(layer, x);
    }
  }

  /**
   * Begins the backward call of a layer whose result has the shape of its input: see {@link
   * #beginBackward(Layer, Tensor, long)}.
   */
  public Tensor beginBackward(Layer layer, Tensor dy) {
    return beginBackward(layer, dy, inputOf(layer).dim(1));
  }

  /**
   * Begins the backward call that belongs to the last forward call of a layer.
   *
   * @param channels H' of dy
   * @return x of the forward call
   * @throws PassStateException if there is no such forward call, or it has had its backward call
   */
  public Tensor beginBackward(Layer layer, Tensor dy, long channels) {
    Tensor x = requireBackward(layer, dy, channels);
    inputs.remove(layer);
    return x;
  }

  /**
   * Returns normally only if {@link #beginBackward(Layer, Tensor)} would.
   *
   * @return x of the forward call
   */
  public Tensor requireBackward(Layer layer, Tensor dy) {
    return requireBackward(layer, dy, inputOf(layer).dim(1));
  }

  private Tensor requireBackward(Layer layer, Tensor dy, long channels) {
    Tensor x = inputOf(layer);
    requireSignal("dy", dy, channels);
    if (dy.dim(0) != x.dim(0) || dy.dim(2) != x.dim(2)) {
      throw new ShapeMismatchException(
          "dy has shape " + dy.shape() + ", but the forward call had x " + x.shape());
    }
    TensorAccess.requireOpen(x);
    return x;
  }

  /**
   * As {@link #beginBackward(Layer, Tensor)}, of a layer that writes where it is told to.
   *
   * @param residual of x's shape, or null; may be dx
   * @param dx of x's shape
   * @throws InvalidArgumentException if dx cannot be written, or shares memory with x or dy
   */
  public Tensor beginBackward(Layer layer, Tensor dy, @Nullable Tensor residual, Tensor dx) {
    Tensor x = requireBackward(layer, dy);
    if (residual != null) {
      requireLike("the residual", residual, x);
    }
    requireResult("dx", dx, "x", x);
    TensorCheck.disjoint("dx", dx, "dy", dy);
    inputs.remove(layer);
    return x;
  }

  private Tensor inputOf(Layer layer) {
    requireTraining();
    Tensor x = inputs.get(layer);
    if (x == null) {
      throw waitsForNone(layer.toString());
    }
    return x;
  }

  /** Notes, at the end of a model's forward call, that the backward call may come. */
  public void modelDone(Object model, Object input) {
    lastModel = training ? model : null;
    lastInput = training ? input : null;
  }

  /**
   * The input of the last forward call of a model, which waits for its backward call until {@link
   * #forgetModel}.
   *
   * @throws PassStateException if there is no such forward call, or it has had its backward call
   */
  @SuppressWarnings("ReferenceEquality") // the model itself, not one that equals it
  public <T> T modelInput(Object model, Class<T> kind) {
    requireTraining();
    Object input = lastInput;
    if (input == null || lastModel != model) {
      throw waitsForNone("the model");
    }
    return kind.cast(input);
  }

  /** No backward call of a model can follow until its next forward call. */
  public void forgetModel() {
    lastModel = null;
    lastInput = null;
  }

  private void forgetForwardCalls() {
    inputs.clear();
    forgetModel();
  }

  /**
   * The convolution of a layer for signals of a length, with its kernel prepared.
   *
   * @param skip D (C,H)
   * @param version changes when the parameters do
   * @param anew whether to prepare the kernel even if the version has not changed
   */
  public PreparedConvolution convolution(
      Layer layer,
      KernelParameters parameters,
      Tensor skip,
      long length,
      long version,
      boolean anew) {
    requireOpen();
    return convolutions.prepare(layer, parameters, skip, length, version, anew);
  }

  /**
   * A forward call through several layers: what it changes beside its outputs is changed once all
   * of them have succeeded, and backward calls can follow for it alone.
   */
  public Tensor whole(Supplier<Tensor> forward) {
    requireOpen();
    forgetForwardCalls();
    deferring = true;
    try {
      Tensor y = forward.get();
      changes.forEach(Runnable::run);
      return y;
    } catch (RuntimeException | Error failure) {
      forgetForwardCalls(); // some layers have succeeded
      throw failure;
    } finally {
      deferring = false;
      changes.clear();
    }
  }

  /**
   * Changes something beside the parameters, such as running statistics: see {@link #whole}.
   *
   * @param change has nothing left to compute or to allocate, so that all succeed or none begins
   */
  public void change(Runnable change) {
    if (deferring) {
      changes.add(change);
    } else {
      change.run();
    }
  }

  private void requireTraining() {
    requireOpen();
    if (!training) {
      throw new PassStateException(
          "backward in an evaluation pass, which keeps nothing for it: use Pass.training");
    }
  }

  private static PassStateException waitsForNone(String what) {
    return new PassStateException(
        "backward of "
            + what
            + " without a forward call before it in this pass: there is one backward call for each"
            + " forward call: call forward first");
  }

  private void requireOpen() {
    if (closed) {
      throw new ClosedException("the pass is closed: make a new one");
    }
  }

  /** Gives all memory back. Closing a closed pass does nothing. */
  @Override
  public void close() {
    closed = true;
    inputs.clear();
    changes.clear();
    try {
      convolutions.close();
    } finally {
      memory.close();
    }
  }
}
