package org.sgconv.tensor;

import java.lang.foreign.MemorySegment;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.ClosedException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.closing.Closer;

/**
 * Closes what is made in it: tensors of its own, and whatever else it is given, such as the results
 * of calls of this library.
 *
 * {@snippet :
 * try (TensorScope scope = TensorScope.on(backend)) {
 *   var convolution = scope.adopt(LongConvolution.create(backend, CAUSAL, 1, 1, 1000));
 *   var spectrum = scope.adopt(convolution.prepare(scope.of(kernel, 1, 1, 1000)));
 *   return scope.adopt(convolution.forward(spectrum, scope.of(signal, 1, 1, 1000))).toFloatArray();
 * }
 * }
 *
 * <p>Any thread may use a scope.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class TensorScope implements AutoCloseable {

  private final @Nullable Backend backend;

  /** In the order in which they were made. Guarded by this. */
  private final List<AutoCloseable> open = new ArrayList<>();

  /** Guarded by this. */
  private boolean closed;

  private TensorScope(@Nullable Backend backend) {
    this.backend = backend;
  }

  /** A scope whose tensors are in the host's memory. */
  public static TensorScope onHost() {
    return new TensorScope(null);
  }

  /**
   * A scope whose tensors are where a backend computes.
   *
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   */
  public static TensorScope on(Backend backend) {
    backend.ensureAvailable();
    return new TensorScope(backend);
  }

  /** A tensor as of {@link Tensor#zeros(DType, long...)}, where this scope's tensors are. */
  public Tensor zeros(DType type, long... dims) {
    Backend where = backend;
    return adopt(where == null ? Tensor.zeros(type, dims) : Tensor.zeros(where, type, dims));
  }

  /** A tensor as of {@link Tensor#of(float[], long...)}, where this scope's tensors are. */
  public Tensor of(float[] values, long... dims) {
    Backend where = backend;
    return adopt(where == null ? Tensor.of(values, dims) : Tensor.of(where, values, dims));
  }

  /** A tensor as of {@link Tensor#of(double[], long...)}, where this scope's tensors are. */
  public Tensor of(double[] values, long... dims) {
    Backend where = backend;
    return adopt(where == null ? Tensor.of(values, dims) : Tensor.of(where, values, dims));
  }

  /**
   * A tensor of the host on memory of the caller's: {@link Tensor#wrap(MemorySegment, DType,
   * long...)}.
   */
  public Tensor wrap(MemorySegment segment, DType type, long... dims) {
    return adopt(Tensor.wrap(segment, type, dims));
  }

  /**
   * A tensor of the host on a buffer of the caller's: {@link Tensor#wrap(FloatBuffer, long...)}.
   */
  public Tensor wrap(FloatBuffer buffer, long... dims) {
    return adopt(Tensor.wrap(buffer, dims));
  }

  /**
   * A tensor of the host on a buffer of the caller's: {@link Tensor#wrap(DoubleBuffer, long...)}.
   */
  public Tensor wrap(DoubleBuffer buffer, long... dims) {
    return adopt(Tensor.wrap(buffer, dims));
  }

  /**
   * Takes something over: the scope closes it, before all that it has now.
   *
   * @param resource something that does nothing when it is closed twice, as everything of this
   *     library
   * @return the same
   * @throws InvalidArgumentException if it is this scope
   * @throws ClosedException if the scope is closed; then the resource is too
   */
  public <T extends AutoCloseable> T adopt(T resource) {
    Objects.requireNonNull(resource, "resource");
    if (resource == this) {
      throw new InvalidArgumentException("a tensor scope cannot close itself: adopt it in another");
    }
    synchronized (this) {
      if (!closed) {
        open.add(resource);
        return resource;
      }
    }
    try (Closer made = Closer.onFailure()) {
      made.add(resource);
      throw new ClosedException("the tensor scope is closed: open a new one");
    }
  }

  /**
   * Gives something back, however often it was taken over: from now on the caller closes it, and it
   * outlives the scope.
   *
   * @return the same
   * @throws InvalidArgumentException if the scope does not have it
   * @throws ClosedException if the scope is closed, or closing
   */
  @SuppressWarnings("ReferenceEquality") // the resource itself, not one that equals it
  public synchronized <T extends AutoCloseable> T release(T resource) {
    Objects.requireNonNull(resource, "resource");
    if (closed) {
      throw new ClosedException("the tensor scope is closed, and what it had with it");
    }
    if (!open.removeIf(each -> each == resource)) {
      throw new InvalidArgumentException("the scope does not have " + resource);
    }
    return resource;
  }

  /**
   * Closes what the scope has, the last first, also when closing one of them fails: the first
   * failure is thrown at the end, with the others suppressed. Whoever closes the scope again after
   * that closes what is still open; once everything is closed, this does nothing.
   */
  @Override
  public void close() {
    List<AutoCloseable> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(open).reversed();
    }
    Closer.all(all); // without the lock: closing may wait for a stream
    synchronized (this) {
      open.clear();
    }
  }
}
