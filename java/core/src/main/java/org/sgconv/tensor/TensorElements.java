package org.sgconv.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TypeMismatchException;

/** The elements of a tensor, one by one, as Java arrays, and as views of a part. */
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
}
