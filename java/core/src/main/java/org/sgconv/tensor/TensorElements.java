package org.sgconv.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TypeMismatchException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.device.WrongDeviceException;

/** The elements of a tensor: one by one, as Java arrays, as views of a part, and computed with. */
abstract sealed class TensorElements extends TensorForm permits Tensor {

  TensorElements(DType type, Shape shape) {
    super(type, shape);
  }

  /** See {@link Tensor#segment()}. */
  public abstract MemorySegment segment();

  /** The memory, checked to be usable and writable now. */
  abstract MemorySegment writable();

  /** A view of so many bytes, in another shape. */
  abstract Tensor view(long from, long bytes, Shape partShape);

  /**
   * A view of entry {@code index} of the outermost axis, with that axis gone.
   *
   * @throws InvalidArgumentException if there is no such entry, or no axis
   */
  public Tensor slice(long index) {
    shape.requireOuterRange(index, index + 1);
    Shape inner = shape.inner();
    long bytes = inner.elementCount() * type.byteSize();
    return view(index * bytes, bytes, inner);
  }

  /**
   * A view of entries {@code from} (inclusive) to {@code to} (exclusive) of the outermost axis.
   *
   * @throws InvalidArgumentException if the range is empty or not within that axis
   */
  public Tensor slice(long from, long to) {
    shape.requireOuterRange(from, to);
    long bytes = byteSize() / shape.dim(0);
    return view(from * bytes, (to - from) * bytes, shape.withOuter(to - from));
  }

  /**
   * A view of the same elements in another shape.
   *
   * @throws ShapeMismatchException if it has not as many elements
   */
  public Tensor reshape(long... dims) {
    return view(0, byteSize(), Shape.of(dims).requireCount(elementCount()));
  }

  /**
   * The element at an index, one entry an axis.
   *
   * @throws InvalidArgumentException if it is out of range
   */
  public double get(long... index) {
    return element(shape.offsetOf(index));
  }

  /**
   * Sets the element at an index, one entry an axis, rounded to the nearest of its type.
   *
   * @throws InvalidArgumentException if it is out of range or the memory is read-only
   */
  public void set(double value, long... index) {
    setElement(shape.offsetOf(index), value);
  }

  /**
   * The element at a position in row-major order.
   *
   * @throws InvalidArgumentException if it is out of range
   */
  public double getFlat(long position) {
    return element(shape.requirePosition(position));
  }

  /**
   * Sets the element at a position in row-major order, rounded to the nearest of its type.
   *
   * @throws InvalidArgumentException if it is out of range or the memory is read-only
   */
  public void setFlat(long position, double value) {
    setElement(shape.requirePosition(position), value);
  }

  private double element(long position) {
    MemorySegment memory = segment();
    try {
      double value = Elements.get(memory, type, position);
      settle();
      return value;
    } catch (IllegalStateException closed) {
      throw closedMeanwhile(closed);
    } catch (InternalError error) {
      throw MemoryFaults.translate(this, error);
    }
  }

  private void setElement(long position, double value) {
    MemorySegment memory = writable();
    try {
      Elements.set(memory, type, position, value);
      settle();
    } catch (IllegalStateException closed) {
      throw closedMeanwhile(closed);
    } catch (InternalError error) {
      throw MemoryFaults.translate(this, error);
    }
  }

  /** One element is too little to keep the memory open for; a lender's is not ours to keep open. */
  private IllegalStateException closedMeanwhile(IllegalStateException closed) {
    self().requireOpen();
    return closed;
  }

  /** Only for memory that may be a mapped file's, so that elements of other memory cost less. */
  private void settle() {
    if (self().storage.isBorrowed()) {
      MemoryFaults.settle();
    }
  }

  private Tensor self() {
    return (Tensor) this;
  }

  /**
   * The elements in row-major order; FLOAT64 is rounded to the nearest.
   *
   * @throws InvalidArgumentException if they are too many for a Java array
   */
  public float[] toFloatArray() {
    return Transfer.onHost(self(), Elements::toFloatArray);
  }

  /**
   * The elements in row-major order.
   *
   * @throws InvalidArgumentException if they are too many for a Java array
   */
  public double[] toDoubleArray() {
    return Transfer.onHost(self(), Elements::toDoubleArray);
  }

  /**
   * Overwrites the elements of a FLOAT32 tensor, in row-major order.
   *
   * @throws ShapeMismatchException if there are more or fewer values than elements
   * @throws TypeMismatchException if this is not FLOAT32
   */
  public void copyFrom(float[] values) {
    requireType("tensor", DType.FLOAT32);
    shape.requireCount(values.length);
    MemorySegment memory = writable();
    HostAccess.run(
        this,
        () -> MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT, 0, values.length),
        self());
  }

  /**
   * Overwrites the elements of a FLOAT64 tensor, in row-major order.
   *
   * @throws ShapeMismatchException if there are more or fewer values than elements
   * @throws TypeMismatchException if this is not FLOAT64
   */
  public void copyFrom(double[] values) {
    requireType("tensor", DType.FLOAT64);
    shape.requireCount(values.length);
    MemorySegment memory = writable();
    HostAccess.run(
        this,
        () -> MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_DOUBLE, 0, values.length),
        self());
  }

  /** Sets every element, to the value rounded to the nearest of its type. */
  public void fill(double value) {
    MemorySegment memory = writable();
    Storage storage = self().storage;
    storage.enter();
    try { // no lambda: filling allocates nothing
      Elements.fill(memory, type, elementCount(), value);
      MemoryFaults.settle();
    } catch (IllegalStateException closed) {
      throw closedMeanwhile(closed);
    } catch (InternalError error) {
      throw MemoryFaults.translate(this, error);
    } finally {
      storage.leave();
    }
  }

  /**
   * Returns normally only if every element is finite.
   *
   * @param name what the caller calls this tensor, for the message
   * @throws InvalidArgumentException with the first index that holds a NaN or an infinity
   */
  public void requireFinite(String name) {
    Transfer.onHost(
        self(),
        host -> {
          Elements.requireFinite(name, host);
          return host;
        });
  }

  /**
   * A new tensor with the value of a function at every element: {@code u.map(x -> Math.max(x, 0))}
   * is a ReLU. The host computes, in double, and rounds to the nearest of this type.
   *
   * @throws WrongDeviceException if this tensor is on a device: copy it with {@link Tensor#toHost}
   */
  public Tensor map(DoubleUnaryOperator function) {
    return filled(shape, into -> map(function, into));
  }

  /**
   * As {@link #map(DoubleUnaryOperator)}, into a tensor of the same shape and type, which may be
   * this one.
   *
   * @throws ShapeMismatchException if the shapes differ
   * @throws TypeMismatchException if the types differ
   * @throws InvalidArgumentException if {@code into} is read-only or overlaps this tensor in part
   */
  public void map(DoubleUnaryOperator function, Tensor into) {
    requireTarget(self(), "this tensor", into, shape);
    HostAccess.run(this, () -> Arithmetic.map(self(), function, into), self(), into);
  }

  /**
   * A new tensor with the sums of the elements of two tensors of one shape and type. The host
   * computes.
   *
   * @throws ShapeMismatchException if the shapes differ
   * @throws TypeMismatchException if the types differ
   * @throws WrongDeviceException if a tensor is on a device: copy it with {@link Tensor#toHost}
   */
  public Tensor add(Tensor other) {
    return filled(shape, into -> add(other, into));
  }

  /**
   * As {@link #add(Tensor)}, into a tensor of the same shape and type, which may be one of the two.
   *
   * @throws InvalidArgumentException if {@code into} is read-only or overlaps one of them in part
   */
  public void add(Tensor other, Tensor into) {
    other.requireShape("other", shape);
    other.requireType("other", type);
    requireTarget(self(), "this tensor", into, shape);
    requireTarget(other, "other", into, shape);
    HostAccess.run(this, () -> Arithmetic.add(self(), other, into), self(), other, into);
  }

  /**
   * A new tensor with every element times a factor. The host computes, in double, and rounds to the
   * nearest of this type.
   *
   * @throws WrongDeviceException if this tensor is on a device: copy it with {@link Tensor#toHost}
   */
  public Tensor scale(double factor) {
    return map(value -> value * factor);
  }

  /** As {@link #scale(double)}, with the tensors of {@link #map(DoubleUnaryOperator, Tensor)}. */
  public void scale(double factor, Tensor into) {
    map(value -> value * factor, into);
  }

  /**
   * A new tensor with the last two axes swapped: (B,L,H), as most frameworks have signals, from
   * (B,H,L) and back. The host copies.
   *
   * @throws ShapeMismatchException if there are fewer than two axes
   * @throws WrongDeviceException if this tensor is on a device: copy it with {@link Tensor#toHost}
   */
  public Tensor transpose() {
    return filled(shape.transposed(), this::transpose);
  }

  /**
   * As {@link #transpose()}, into a tensor of that shape and this type.
   *
   * @throws ShapeMismatchException if its shape is another
   * @throws TypeMismatchException if the types differ
   * @throws InvalidArgumentException if {@code into} is read-only or overlaps this tensor
   */
  public void transpose(Tensor into) {
    Shape transposed = shape.transposed();
    into.requireDisjoint("into", self(), "this tensor");
    requireTarget(self(), "this tensor", into, transposed);
    long rows = shape.dim(shape.rank() - 2);
    long columns = shape.dim(shape.rank() - 1);
    HostAccess.run(this, () -> Arithmetic.transpose(self(), into, rows, columns), self(), into);
  }

  /** The same memory from the same element on is no overlap: each element is read before. */
  private void requireTarget(Tensor source, String name, Tensor into, Shape expected) {
    into.requireShape("into", expected);
    into.requireType("into", type);
    into.requireWritable("into");
    boolean same = source.segment().address() == into.segment().address();
    if (!same) {
      into.requireDisjoint("into", source, name);
    }
  }

  private Tensor filled(Shape target, Consumer<Tensor> fill) {
    segment(); // on the host, and open
    try (Closer made = Closer.onFailure()) {
      Tensor into = made.add(Tensor.uninitialized(type, target.toArray()));
      fill.accept(into);
      made.keep();
      return into;
    }
  }
}
