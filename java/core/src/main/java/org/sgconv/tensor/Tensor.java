package org.sgconv.tensor;

import java.lang.foreign.MemorySegment;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TensorClosedException;
import org.sgconv.TensorInUseException;
import org.sgconv.TypeMismatchException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.device.Stream;
import org.sgconv.device.WrongDeviceException;
import org.sgconv.spi.BackendProvider;
import org.sgconv.spi.DeviceMemory;
import org.sgconv.spi.DevicePart;
import org.sgconv.spi.PinnedMemory;
import org.sgconv.spi.TensorAccess;
import org.sgconv.spi.TensorCheck;

/**
 * A contiguous row-major array of numbers in the memory of the host or of a device.
 *
 * <p>A tensor either owns its memory (64-byte aligned), borrows it ({@code wrap}), or is a view of
 * another tensor ({@code slice}, {@code reshape}) on the same elements. Whoever makes a tensor
 * closes it. Closing an owner gives its memory back and ends its views; closing a borrower or a
 * view releases no memory. An owner that is never closed is reported, when the garbage collector
 * finds it, as a WARNING of the logger {@code org.sgconv.tensor} with the place of its allocation;
 * {@code -Dsgconv.tensor.trace=true} records whole stacks.
 *
 * <p>A tensor on a device belongs to a {@link Stream}, which orders its use. Its elements cannot be
 * reached one by one; {@link #copyTo}, {@link #toHost} and {@link #copyFrom(Tensor)} copy them; the
 * last says when they wait.
 *
 * <p>Any thread may use and close a tensor (borrowed memory: any thread that its arena allows). A
 * tensor that owns its memory cannot be closed while a call uses it. If the arena of borrowed
 * memory is closed in the middle of a call, that call may fail with {@link
 * org.sgconv.ClosedException} or {@link IllegalStateException}. Nothing ever touches freed memory.
 * Reads and writes are not synchronized.
 *
 * <p>Calls that read, write, view or copy elements throw
 *
 * <ul>
 *   <li>{@link TensorClosedException} if this tensor, the one that it views, or another tensor of
 *       the call is closed,
 *   <li>{@link WrongDeviceException} if the elements are on a device and the host is to work on
 *       them; not from views, from {@link #copyTo}, {@link #moveTo}, {@link #toHost}, {@link #to},
 *       {@link #copy} and {@link #copyFrom(Tensor)}, which throw it between devices of different
 *       backends alone, nor from {@link #toFloatArray}, {@link #toDoubleArray} and {@link
 *       #firstNonFinite},
 *   <li>{@link InvalidArgumentException} if an index is out of range, memory is to be written that
 *       is read-only or, in part, the input's, memory that is borrowed is confined to another
 *       thread, or this thread records a stream's work, which cannot allocate, wait or free,
 *   <li>{@link ShapeMismatchException} and {@link TypeMismatchException} if another tensor, or the
 *       number of values, does not fit,
 *   <li>{@link org.sgconv.MemoryFaultException} if a mapped file has lost its pages.
 * </ul>
 *
 * Calls that make a tensor throw InvalidArgumentException if a size is below 1 or the size in bytes
 * overflows a long, {@link HostMemoryException} or {@link org.sgconv.device.DeviceMemoryException}
 * if there is not the memory, {@link org.sgconv.BackendUnavailableException} if a backend that is
 * named cannot be used here, {@link org.sgconv.device.StreamClosedException} if the stream is
 * closed, and {@link org.sgconv.device.DeviceLostException} once an error has ended all use of the
 * device. What only describes a tensor, such as its shape, and {@link #close} work on a closed one.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class Tensor implements AutoCloseable {

  static {
    TensorAccess.register(
        new TensorAccess() {
          @Override
          protected void checkOpen(Tensor tensor) {
            tensor.requireOpen();
          }

          @Override
          protected DevicePart partOf(Tensor tensor) {
            return tensor.devicePart();
          }

          @Override
          protected void run(Object what, Runnable access, @Nullable Tensor... tensors) {
            HostAccess.run(what, access, tensors);
          }

          @Override
          protected MemorySegment enter(Tensor tensor) {
            return HostAccess.enter(tensor);
          }

          @Override
          protected void leave(Tensor tensor) {
            tensor.storage.leave();
          }
        });
  }

  final Storage storage;

  /** See {@link #memory()}. */
  private final MemorySegment memory;

  private final long offset;
  private final DType type;
  private final Shape shape;
  private final boolean root;
  private final @Nullable Site made;
  private volatile boolean closed;

  /**
   * Made when it is first asked for, so that calls allocate nothing; whichever thread's will do.
   */
  private @Nullable DevicePart devicePart;

  /** Likewise. */
  private @Nullable MemorySegment segment;

  private Tensor(
      Storage storage, MemorySegment memory, long offset, DType type, Shape shape, boolean root) {
    this.storage = storage;
    this.memory = memory;
    this.offset = offset;
    this.type = type;
    this.shape = shape;
    this.root = root;
    this.made = root ? null : Site.hereIfTracing();
  }

  /** A tensor that is not a view of another. */
  private static Tensor on(Storage storage, DType type, Shape shape) {
    return new Tensor(storage, storage.memory(), 0, type, shape, true);
  }

  private static Tensor allocate(DType type, Shape shape, boolean zeroed) {
    Objects.requireNonNull(type, "type");
    return on(Storage.allocate(type + " " + shape, shape.byteSize(type), zeroed), type, shape);
  }

  private static Tensor allocate(Stream stream, DType type, Shape shape, boolean zeroed) {
    Objects.requireNonNull(stream, "stream");
    Objects.requireNonNull(type, "type");
    String label = type + " " + shape + " on " + stream;
    return on(Storage.allocate(stream, label, shape.byteSize(type), zeroed), type, shape);
  }

  // New tensors.

  /** A new tensor of zeros in the host's memory. */
  public static Tensor zeros(DType type, long... dims) {
    return zeros(type, Shape.of(dims));
  }

  /** A new tensor of zeros of this shape in the host's memory. */
  public static Tensor zeros(DType type, Shape shape) {
    return allocate(type, shape, true);
  }

  /** A new tensor of zeros on a stream's device. */
  public static Tensor zeros(Stream stream, DType type, long... dims) {
    return allocate(stream, type, Shape.of(dims), true);
  }

  /** A new tensor of zeros where a backend computes. */
  public static Tensor zeros(Backend backend, DType type, long... dims) {
    return Placement.zeros(backend, type, dims);
  }

  /** A new tensor of zeros of this tensor's type, where this one is. */
  public Tensor zerosBeside(long... dims) {
    Stream stream = stream().orElse(null);
    return stream == null ? zeros(type, dims) : zeros(stream, type, dims);
  }

  /**
   * A new tensor of arbitrary content in the host's memory, for an output that is overwritten as a
   * whole: larger memory is neither zeroed first nor asked of the operating system each time.
   */
  public static Tensor uninitialized(DType type, long... dims) {
    return allocate(type, Shape.of(dims), false);
  }

  /**
   * A new tensor of arbitrary content on a stream's device, for an output that is overwritten as a
   * whole.
   */
  public static Tensor uninitialized(Stream stream, DType type, long... dims) {
    return allocate(stream, type, Shape.of(dims), false);
  }

  /**
   * A new tensor of zeros in page-locked memory of the host, for a backend that computes on a
   * device; ordinary memory of the host for one that computes there. Copies between it and tensors
   * of the backend's streams, with {@link #copyFrom(Tensor)}, are submitted and not waited for.
   */
  public static Tensor pinned(Backend backend, DType type, long... dims) {
    return Placement.pinned(backend, type, dims);
  }

  static Tensor pinned(BackendProvider provider, DType type, Shape shape) {
    String label = type + " " + shape + " pinned";
    return on(Storage.allocatePinned(provider, label, shape.byteSize(type)), type, shape);
  }

  /** A new FLOAT32 tensor of the host with a copy of these values. */
  public static Tensor of(float[] values, long... dims) {
    Shape shape = Shape.of(dims).requireCount(values.length);
    Tensor tensor = allocate(DType.FLOAT32, shape, false);
    tensor.copyFrom(values);
    return tensor;
  }

  /** A new FLOAT64 tensor of the host with a copy of these values. */
  public static Tensor of(double[] values, long... dims) {
    Shape shape = Shape.of(dims).requireCount(values.length);
    Tensor tensor = allocate(DType.FLOAT64, shape, false);
    tensor.copyFrom(values);
    return tensor;
  }

  /** A new FLOAT32 tensor with a copy of these values, where a backend computes. */
  public static Tensor of(Backend backend, float[] values, long... dims) {
    return Placement.moveNew(backend, () -> of(values, dims));
  }

  /** A new FLOAT64 tensor with a copy of these values, where a backend computes. */
  public static Tensor of(Backend backend, double[] values, long... dims) {
    return Placement.moveNew(backend, () -> of(values, dims));
  }

  /**
   * A tensor on native memory of the caller's, such as a mapped file, without copying. The memory
   * must outlive the tensor's use; if its arena is closed, the tensor is as good as closed. If it
   * is confined to a thread, so is the tensor. A read-only segment makes a tensor that cannot be an
   * output.
   *
   * <p>A mapped file must keep its length. Of pages that are gone, Java code throws {@link
   * org.sgconv.MemoryFaultException}; native code, on the cpu and cuda backends, ends the process
   * (SIGBUS), which cannot be prevented: {@link #copy} a file that someone else may change.
   *
   * @throws InvalidArgumentException if the segment is on the Java heap or not aligned to its
   *     elements
   * @throws ShapeMismatchException if the segment's size is not that of the shape
   */
  public static Tensor wrap(MemorySegment segment, DType type, long... dims) {
    Shape shape = Shape.of(dims);
    BorrowedMemory.requireSegment(segment, type, shape);
    return on(Storage.borrow(type + " " + shape, segment), type, shape);
  }

  /**
   * A tensor on memory of a stream's device that somebody else owns, such as another library in
   * this process, without copying. It is used in the stream's order ({@link
   * org.sgconv.device.Device#wrapStream} takes the stream of that library), and must outlive the
   * work that uses it. Closing the tensor ends its use and frees nothing; the stream cannot be
   * closed before. It does not count against the device's budget. If the segment's arena is closed,
   * the tensor is as good as closed; a read-only segment makes a tensor that cannot be an output.
   *
   * @param memory the address on the device and the size: {@code
   *     MemorySegment.ofAddress(address).reinterpret(bytes)}
   * @throws InvalidArgumentException if the first or last byte is not that device's but the host's,
   *     managed, another device's or of no allocation; the address is not aligned to its elements;
   *     or this thread records the stream's work
   * @throws ShapeMismatchException if the segment's size is not that of the shape
   */
  public static Tensor wrap(Stream stream, MemorySegment memory, DType type, long... dims) {
    Shape shape = Shape.of(dims);
    BorrowedMemory.requireSegment(memory, type, shape);
    String label = type + " " + shape + " on " + stream;
    return on(Storage.borrow(stream, label, memory), type, shape);
  }

  /**
   * A FLOAT32 tensor on a direct buffer's elements from position to limit, without copying.
   *
   * @throws InvalidArgumentException if the buffer is on the Java heap or not in native byte order
   * @throws ShapeMismatchException if it has not as many elements as the shape
   */
  public static Tensor wrap(FloatBuffer buffer, long... dims) {
    BorrowedMemory.requireBuffer(buffer, buffer.order());
    return wrap(MemorySegment.ofBuffer(buffer), DType.FLOAT32, dims);
  }

  /**
   * A FLOAT64 tensor on a direct buffer's elements from position to limit, without copying.
   *
   * @throws InvalidArgumentException if the buffer is on the Java heap or not in native byte order
   * @throws ShapeMismatchException if it has not as many elements as the shape
   */
  public static Tensor wrap(DoubleBuffer buffer, long... dims) {
    BorrowedMemory.requireBuffer(buffer, buffer.order());
    return wrap(MemorySegment.ofBuffer(buffer), DType.FLOAT64, dims);
  }

  // What it is.

  /** Sizes of the axes. */
  public Shape shape() {
    return shape;
  }

  /** Size of an axis, 0 being the outermost. */
  public long dim(int axis) {
    return shape.dim(axis);
  }

  /** Element type. */
  public DType type() {
    return type;
  }

  /** Number of elements. */
  public long elementCount() {
    return shape.elementCount();
  }

  /** Number of bytes. */
  public long byteSize() {
    return shape.byteSize(type);
  }

  /** Whether the elements are in the host's memory. */
  public boolean isOnHost() {
    return storage.device() == null;
  }

  /** Whether the elements are where a backend computes. */
  public boolean isOn(Backend backend) {
    return Placement.isThere(this, backend);
  }

  /** Whether the elements are in page-locked memory of the host: see {@link #pinned}. */
  public boolean isPinned() {
    return storage.pinned() != null;
  }

  /** The stream that a tensor on a device belongs to; empty on the host. */
  public Optional<Stream> stream() {
    return Optional.ofNullable(storage.device()).map(DeviceMemory::stream);
  }

  /** Whether this is borrowed memory that must not be written. */
  public boolean isReadOnly() {
    return memory.isReadOnly();
  }

  /** Whether the two share any byte. */
  public boolean overlaps(Tensor other) {
    long start = address();
    long otherStart = other.address();
    return start < otherStart + other.byteSize() && otherStart < start + byteSize();
  }

  /** Whether this tensor, or the one that it views, is closed. */
  public boolean isClosed() {
    return closed || !storage.isOpen();
  }

  /** Tensors that own memory and are not closed yet, in this JVM. */
  public static long openCount() {
    return Storage.openCount();
  }

  // Copies.

  /**
   * A new tensor on a stream's device with a copy of the elements. Waits as {@link
   * #copyFrom(Tensor)} does: not if this tensor is on that stream or {@linkplain #pinned pinned}.
   */
  public Tensor copyTo(Stream stream) {
    requireOpen();
    return Transfer.copyInto(allocate(stream, type, shape, false), this);
  }

  /**
   * A new tensor where a backend computes, with a copy of the elements, even if this one is there:
   * on the {@linkplain Stream#of stream} of a backend that has one, else in the host's memory.
   * Waits as {@link #copyTo(Stream)} and {@link #toHost()} do.
   */
  public Tensor copyTo(Backend backend) {
    return Placement.copy(this, backend);
  }

  /**
   * This tensor where a backend computes: this tensor itself if it is there; otherwise a copy, for
   * which this tensor is closed. So on a host backend a tensor of the host costs nothing, and a
   * program that moves what it computes with runs on every backend:
   *
   * {@snippet :
   * Tensor u = host.moveTo(backend); // from here on, use and close u alone
   * }
   *
   * <p>A view moves its own elements: the view is closed, its owner is not. An owner that moves
   * ends its views, as {@link #close} does: take views of the result. Borrowed memory stays the
   * lender's. If the method throws, this tensor is open, as it was, and still the caller's to
   * close; no copy is left. Waits if it copies.
   *
   * @throws TensorInUseException if a call on it is under way
   */
  public Tensor moveTo(Backend backend) {
    return Placement.move(this, backend);
  }

  /** A new tensor in the host's memory with a copy of the elements. Waits. */
  public Tensor toHost() {
    requireOpen();
    return Transfer.copyInto(allocate(type, shape, false), this);
  }

  /**
   * Overwrites the elements with another tensor's of this shape and type, wherever the two are; on
   * the host they may overlap. Waits unless both are on one stream, or one is on a stream and the
   * other {@linkplain #pinned pinned}: then the copy is done in the stream's order. Whoever touches
   * or closes the pinned tensor meanwhile waits for the copy, so that nothing is read too early or
   * overwritten; that holds for {@link #segment()} itself, but not for a segment obtained before.
   */
  public void copyFrom(Tensor source) {
    Objects.requireNonNull(source, "source");
    TensorCheck.type("source", source, type);
    TensorCheck.shape("source", source, shape);
    TensorCheck.writable("tensor", this);
    source.requireOpen();
    Transfer.copy(source, this);
  }

  /** Overwrites the elements of a FLOAT32 tensor, in row-major order. */
  public void copyFrom(float[] values) {
    TensorCheck.type("tensor", this, DType.FLOAT32);
    shape.requireCount(values.length);
    Transfer.copy(values, this);
  }

  /** Overwrites the elements of a FLOAT64 tensor, in row-major order. */
  public void copyFrom(double[] values) {
    TensorCheck.type("tensor", this, DType.FLOAT64);
    shape.requireCount(values.length);
    Transfer.copy(values, this);
  }

  /**
   * A new tensor of that type with the same values, where this one is, rounded to the nearest of
   * that type, ties to even; beyond its range lies infinity, and NaN stays NaN. The host converts,
   * so a tensor on a device is copied there and back.
   */
  public Tensor to(DType target) {
    Objects.requireNonNull(target, "target");
    Stream stream = stream().orElse(null);
    if (stream != null) {
      try (Tensor host = toHost();
          Tensor converted = host.to(target)) {
        return converted.copyTo(stream);
      }
    }
    requireOpen();
    return Transfer.convertInto(allocate(target, shape, false), this);
  }

  /**
   * A new tensor with the same elements, where this one is; on a device in the stream's order, not
   * waited for.
   */
  public Tensor copy() {
    requireOpen();
    Stream stream = stream().orElse(null);
    return stream == null ? to(type) : copyTo(stream);
  }

  /**
   * The elements in row-major order, from wherever they are; FLOAT64 is rounded to the nearest.
   *
   * @throws InvalidArgumentException if they are too many for a Java array
   */
  public float[] toFloatArray() {
    return Transfer.onHost(this, Elements::toFloatArray);
  }

  /**
   * The elements in row-major order, from wherever they are.
   *
   * @throws InvalidArgumentException if they are too many for a Java array
   */
  public double[] toDoubleArray() {
    return Transfer.onHost(this, Elements::toDoubleArray);
  }

  // Views.

  /** A view of entry {@code index} of the outermost axis, with that axis gone. */
  public Tensor slice(long index) {
    shape.requireOuterRange(index, index + 1);
    Shape inner = shape.inner();
    return view(index * inner.byteSize(type), inner);
  }

  /** A view of entries {@code from} (inclusive) to {@code to} (exclusive) of the outermost axis. */
  public Tensor slice(long from, long to) {
    shape.requireOuterRange(from, to);
    return view(from * (byteSize() / shape.dim(0)), shape.withOuter(to - from));
  }

  /** A view of the same elements in another shape. */
  public Tensor reshape(long... dims) {
    return view(0, Shape.of(dims).requireCount(elementCount()));
  }

  private Tensor view(long from, Shape part) {
    requireOpen();
    MemorySegment seen = isOnHost() ? memory.asSlice(from, part.byteSize(type)) : memory;
    return new Tensor(storage, seen, offset + from, type, part, false);
  }

  // Elements of a tensor of the host.

  /** The element at an index, one entry an axis. */
  public double get(long... index) {
    return HostAccess.get(this, shape.positionOf(index));
  }

  /** Sets the element at an index, one entry an axis, rounded to the nearest of its type. */
  public void set(double value, long... index) {
    HostAccess.set(this, shape.positionOf(index), value);
  }

  /** The element at a position in row-major order. */
  public double getFlat(long position) {
    return HostAccess.get(this, shape.requirePosition(position));
  }

  /** Sets the element at a position in row-major order, rounded to the nearest of its type. */
  public void setFlat(long position, double value) {
    HostAccess.set(this, shape.requirePosition(position), value);
  }

  /** Sets every element, to the value rounded to the nearest of its type. */
  public void fill(double value) {
    HostAccess.fill(this, value);
  }

  /** The position, in row-major order, of the first NaN or infinity; empty if there is none. */
  public OptionalLong firstNonFinite() {
    return Transfer.onHost(this, Elements::firstNonFinite);
  }

  /**
   * The memory itself, checked to be usable now by this thread. It must not be used after the
   * tensor is closed: that throws {@link IllegalStateException}. Of a {@linkplain #pinned pinned}
   * tensor it must not be used after a later copy was submitted: ask for it again.
   */
  public MemorySegment segment() {
    awaitHost();
    MemorySegment known = segment;
    if (known == null) {
      known = storage.segment().asSlice(offset, byteSize());
      segment = known;
    }
    return known;
  }

  /**
   * Where the elements of a tensor on a device are, for other code that works there: in the order
   * of the {@linkplain Stream#handle stream}, and until the tensor is closed. The segment has size
   * 0, as a pointer of native code has: the host cannot touch the device's memory. {@link
   * #byteSize} says how many bytes there are.
   *
   * @throws WrongDeviceException if they are in the host's memory
   */
  public MemorySegment deviceAddress() {
    return MemorySegment.ofAddress(devicePart().address());
  }

  // Arithmetic of the host.

  /**
   * A new tensor with the value of a function at every element: {@code u.map(x -> Math.max(x, 0))}
   * is a ReLU. The host computes, in double, and rounds to the nearest of this type.
   */
  public Tensor map(DoubleUnaryOperator function) {
    Objects.requireNonNull(function, "function");
    return Arithmetic.filled(this, shape, into -> map(function, into));
  }

  /**
   * Overwrites a tensor of the same shape and type, which may be this one, with the value of a
   * function at every element.
   */
  public void map(DoubleUnaryOperator function, Tensor into) {
    Arithmetic.map(this, function, into);
  }

  /** A new tensor with the sums of the elements of two tensors of one shape and type. */
  public Tensor add(Tensor other) {
    Objects.requireNonNull(other, "other");
    return Arithmetic.filled(this, shape, into -> add(other, into));
  }

  /**
   * Overwrites a tensor of the same shape and type, which may be one of the two, with the sums of
   * the elements of two tensors.
   */
  public void add(Tensor other, Tensor into) {
    Arithmetic.add(this, other, into);
  }

  /**
   * A new tensor with every element times a factor. The host computes, in double, and rounds to the
   * nearest of this type.
   */
  public Tensor scale(double factor) {
    return map(value -> value * factor);
  }

  /**
   * Overwrites a tensor of the same shape and type, which may be this one, with every element times
   * a factor.
   */
  public void scale(double factor, Tensor into) {
    map(value -> value * factor, into);
  }

  /**
   * A new tensor with the last two axes swapped: (B,L,H), as most frameworks have signals, from
   * (B,H,L) and back. There must be two axes or more.
   */
  public Tensor transpose() {
    return Arithmetic.filled(this, shape.transposed(), this::transpose);
  }

  /** Overwrites a tensor of that shape and this type with the last two axes swapped. */
  public void transpose(Tensor into) {
    Arithmetic.transpose(this, into);
  }

  // The end.

  /**
   * Ends the use of this tensor. An owner gives its memory back, and its views end too. Closing a
   * closed tensor does nothing.
   *
   * @throws TensorInUseException if a call on owned memory is under way, in another thread or in
   *     this one; the tensor then stays open
   */
  @Override
  public void close() {
    if (root) {
      storage.close();
    } else {
      closed = true;
    }
  }

  /**
   * Closes all of the tensors, also when closing one of them fails: the first failure is thrown at
   * the end, with the others suppressed.
   *
   * @param tensors each may be null
   */
  public static void closeAll(@Nullable Tensor... tensors) {
    Closer.all(tensors);
  }

  /** Type and shape, as in {@code FLOAT32 (2, 3, 64)}; no elements. */
  @Override
  public String toString() {
    return type + " " + shape;
  }

  // For this package and, through TensorAccess, for backends.

  /** Returns normally only if the tensor can be used now, by this thread. */
  void requireOpen() {
    if (closed) {
      throw new TensorClosedException(
          "view " + this + " is closed" + (made == null ? "" : "; made" + made));
    }
    storage.requireUsable();
  }

  /** Returns normally only if the host can use the elements now, in this thread. */
  private void awaitHost() {
    requireOpen();
    if (!isOnHost()) {
      throw Placement.notOnHost(this);
    }
    storage.awaitCopies();
  }

  /**
   * As {@link #segment}, but only for as long as the caller {@linkplain HostAccess holds} this
   * tensor, or has it for itself; afterwards it may be the memory of another.
   */
  MemorySegment memory() {
    awaitHost();
    return memory;
  }

  private DevicePart devicePart() {
    requireOpen();
    DevicePart part = devicePart;
    if (part == null) {
      DeviceMemory whole = storage.device();
      if (whole == null) {
        throw Placement.notOnDevice(this);
      }
      part = whole.part(offset, byteSize());
      devicePart = part;
    }
    return part;
  }

  /** Of the first element, in the address space that the host and all devices share. */
  private long address() {
    requireOpen();
    return isOnHost() ? memory.address() : devicePart().address();
  }

  /** The page-locked memory of which this is a part, or null. */
  @Nullable PinnedMemory pinned() {
    return storage.pinned();
  }

  /** Of the first element in the memory that this tensor, or the one that it views, owns. */
  long offset() {
    return offset;
  }
}
