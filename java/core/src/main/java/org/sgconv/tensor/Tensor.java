package org.sgconv.tensor;

import java.lang.foreign.MemorySegment;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TensorClosedException;
import org.sgconv.TensorInUseException;
import org.sgconv.TypeMismatchException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.device.Device;
import org.sgconv.device.DeviceMemory;
import org.sgconv.device.DevicePart;
import org.sgconv.device.PinnedMemory;
import org.sgconv.device.Stream;

/**
 * A contiguous row-major array of numbers in the memory of the host or of a device.
 *
 * <p>A tensor either owns its memory (64-byte aligned, zeroed at first), borrows it ({@code wrap}),
 * or is a view of another tensor ({@code slice}, {@code reshape}) on the same elements. Whoever
 * makes a tensor closes it. Closing an owner gives its memory back and ends its views; closing a
 * borrower or a view releases no memory. An owner that is never closed is reported, when the
 * garbage collector finds it, as a WARNING of the logger {@code org.sgconv.tensor} with the place
 * of its allocation; {@code -Dsgconv.tensor.trace=true} records whole stacks.
 *
 * <p>A tensor on a device belongs to a {@link Stream}, which orders its use. Its elements cannot be
 * reached one by one: that throws {@link org.sgconv.device.WrongDeviceException}; {@link #copyTo},
 * {@link #toHost} and {@link #copyFrom(Tensor)} copy them; the last says when they wait. Once an
 * error has ended all use of the device, they throw {@link org.sgconv.device.DeviceLostException}.
 *
 * <p>Any thread may use and close a tensor (borrowed memory: any thread that its arena allows).
 * Using a closed tensor throws {@link TensorClosedException}; if another thread closes it in the
 * middle of a call, that call may instead fail with {@link IllegalStateException} from the memory
 * session. It never touches freed memory. Reads and writes are not synchronized.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class Tensor extends TensorElements implements AutoCloseable {

  final Storage storage;
  private final MemorySegment memory;
  private final long offset;
  private final boolean root;
  private final @Nullable Site made;
  private volatile boolean closed;

  /**
   * Made when it is first asked for, so that calls allocate nothing; whichever thread's will do.
   */
  private @Nullable DevicePart devicePart;

  private Tensor(
      Storage storage, MemorySegment memory, long offset, DType type, Shape shape, boolean root) {
    super(type, shape);
    this.storage = storage;
    this.memory = memory;
    this.offset = offset;
    this.root = root;
    this.made = root ? null : Site.hereIfTracing();
  }

  /**
   * A new tensor of zeros.
   *
   * @throws InvalidArgumentException if a size is below 1 or the size in bytes overflows a long
   * @throws HostMemoryException if the host has no such memory
   */
  public static Tensor zeros(DType type, long... dims) {
    return zeros(type, Shape.of(dims));
  }

  /** As {@link #zeros(DType, long...)}. */
  public static Tensor zeros(DType type, Shape shape) {
    return allocate(type, shape, true);
  }

  /**
   * A new tensor of arbitrary content, for an output that is overwritten as a whole: larger memory
   * is neither zeroed first nor asked of the operating system each time.
   *
   * @throws InvalidArgumentException if a size is below 1 or the size in bytes overflows a long
   * @throws HostMemoryException if the host has no such memory
   */
  public static Tensor uninitialized(DType type, long... dims) {
    return allocate(type, Shape.of(dims), false);
  }

  private static Tensor allocate(DType type, Shape shape, boolean zeroed) {
    Storage storage = Storage.allocate(type + " " + shape, shape.byteSize(type), zeroed);
    return new Tensor(storage, storage.memory(), 0, type, shape, true);
  }

  /**
   * A new tensor of zeros on a stream's device.
   *
   * @throws InvalidArgumentException if a size is below 1 or the size in bytes overflows a long
   * @throws org.sgconv.device.DeviceMemoryException if the device has no such memory
   */
  public static Tensor zeros(Stream stream, DType type, long... dims) {
    return allocate(stream, type, Shape.of(dims), true);
  }

  /**
   * A new tensor of arbitrary content on a stream's device, for an output that is overwritten as a
   * whole.
   *
   * @throws InvalidArgumentException if a size is below 1 or the size in bytes overflows a long
   * @throws org.sgconv.device.DeviceMemoryException if the device has no such memory
   */
  public static Tensor uninitialized(Stream stream, DType type, long... dims) {
    return allocate(stream, type, Shape.of(dims), false);
  }

  private static Tensor allocate(Stream stream, DType type, Shape shape, boolean zeroed) {
    String label = type + " " + shape + " on " + stream;
    Storage storage = Storage.allocate(stream, label, shape.byteSize(type), zeroed);
    return new Tensor(storage, storage.memory(), 0, type, shape, true);
  }

  /**
   * A new tensor of zeros where a backend computes.
   *
   * @throws InvalidArgumentException if a size is below 1 or the size in bytes overflows a long
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   * @throws HostMemoryException if the host has no such memory
   * @throws org.sgconv.device.DeviceMemoryException if the device has no such memory
   */
  public static Tensor zeros(Backend backend, DType type, long... dims) {
    return Placement.zeros(backend, type, dims);
  }

  /**
   * A new tensor of zeros in page-locked memory of the host, for a backend that computes on a
   * device; ordinary memory of the host for one that computes there. Copies between it and tensors
   * of the backend's streams, with {@link #copyFrom(Tensor)}, are submitted and not waited for.
   *
   * @throws InvalidArgumentException if a size is below 1 or the size in bytes overflows a long
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   * @throws HostMemoryException if the host has no such memory
   */
  public static Tensor pinned(Backend backend, DType type, long... dims) {
    return Placement.pinned(backend, type, dims);
  }

  static Tensor pinned(Device device, DType type, Shape shape) {
    Storage storage =
        Storage.allocatePinned(device, type + " " + shape + " pinned", shape.byteSize(type));
    return new Tensor(storage, storage.memory(), 0, type, shape, true);
  }

  /**
   * A new tensor of zeros of this tensor's type, where this one is: as {@link #zeros(DType,
   * long...)} or {@link #zeros(Stream, DType, long...)}.
   */
  public Tensor zerosBeside(long... dims) {
    Stream stream = stream().orElse(null);
    return stream == null ? zeros(type, dims) : zeros(stream, type, dims);
  }

  /**
   * A new FLOAT32 tensor with a copy of these values.
   *
   * @throws ShapeMismatchException if the number of values is not that of the shape's elements
   */
  public static Tensor of(float[] values, long... dims) {
    Shape shape = Shape.of(dims).requireCount(values.length);
    Tensor tensor = allocate(DType.FLOAT32, shape, false);
    tensor.copyFrom(values);
    return tensor;
  }

  /**
   * A new FLOAT64 tensor with a copy of these values.
   *
   * @throws ShapeMismatchException if the number of values is not that of the shape's elements
   */
  public static Tensor of(double[] values, long... dims) {
    Shape shape = Shape.of(dims).requireCount(values.length);
    Tensor tensor = allocate(DType.FLOAT64, shape, false);
    tensor.copyFrom(values);
    return tensor;
  }

  /**
   * As {@link #of(float[], long...)}, where a backend computes.
   *
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   * @throws org.sgconv.device.DeviceMemoryException if the device has no such memory
   */
  public static Tensor of(Backend backend, float[] values, long... dims) {
    return Placement.moveNew(backend, () -> of(values, dims));
  }

  /**
   * As {@link #of(double[], long...)}, where a backend computes.
   *
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   * @throws org.sgconv.device.DeviceMemoryException if the device has no such memory
   */
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
    Storage storage = Storage.borrow(type + " " + shape, segment);
    return new Tensor(storage, segment, 0, type, shape, true);
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

  /** Whether the elements are in the host's memory. */
  public boolean isOnHost() {
    return storage.device() == null;
  }

  /**
   * Whether the elements are where a backend computes.
   *
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   */
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

  /** Where the elements are on a device. For backends. */
  public DevicePart devicePart() {
    requireOpen();
    DevicePart part = devicePart;
    if (part == null) {
      DeviceMemory device = storage.device();
      if (device == null) {
        throw Placement.notOnDevice(this);
      }
      part = device.part(offset, byteSize());
      devicePart = part;
    }
    return part;
  }

  /**
   * A new tensor on a stream's device with a copy of the elements. Waits as {@link
   * #copyFrom(Tensor)} does: not if this tensor is on that stream or {@linkplain #pinned pinned}.
   *
   * @throws HostMemoryException if the host has no memory for the copy's buffer
   * @throws org.sgconv.device.DeviceMemoryException if the device has no such memory
   * @throws org.sgconv.device.StreamClosedException if the stream is closed
   */
  public Tensor copyTo(Stream stream) {
    requireOpen();
    return Transfer.copyInto(allocate(stream, type, shape, false), this);
  }

  /**
   * A new tensor where a backend computes, with a copy of the elements, even if this one is there:
   * on the stream of a {@link org.sgconv.device.DeviceBackend}, else in the host's memory. Waits as
   * {@link #copyTo(Stream)} and {@link #toHost()} do.
   *
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   * @throws HostMemoryException if the host has no such memory
   * @throws org.sgconv.device.DeviceMemoryException if the device has no such memory
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
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   * @throws HostMemoryException if the host has no such memory
   * @throws org.sgconv.device.DeviceMemoryException if the device has no such memory
   * @throws TensorInUseException if another thread is in the middle of a call on it
   */
  public Tensor moveTo(Backend backend) {
    return Placement.move(this, backend);
  }

  /**
   * A new tensor in the host's memory with a copy of the elements. Waits.
   *
   * @throws HostMemoryException if the host has no such memory
   */
  public Tensor toHost() {
    requireOpen();
    return Transfer.copyInto(allocate(type, shape, false), this);
  }

  /**
   * Overwrites the elements with another tensor's, wherever the two are; on the host they may
   * overlap. Waits unless both are on one stream, or one is on a stream and the other {@linkplain
   * #pinned pinned}: then the copy is done in the stream's order. Whoever touches or closes the
   * pinned tensor meanwhile waits for the copy, so that nothing is read too early or overwritten;
   * that holds for {@link #segment()} itself, but not for a segment obtained before.
   *
   * @throws ShapeMismatchException if the shapes differ
   * @throws TypeMismatchException if the types differ: convert with {@link #to(DType)}
   */
  public void copyFrom(Tensor source) {
    source.requireType("source", type);
    source.requireShape("source", shape);
    requireWritable("tensor");
    source.requireOpen();
    Transfer.copy(source, this);
  }

  /**
   * A new tensor of that type with the same values, where this one is, rounded to the nearest of
   * that type, ties to even; beyond its range lies infinity, and NaN stays NaN. The host converts,
   * so a tensor on a device is copied there and back.
   *
   * @throws HostMemoryException if the host has no such memory
   * @throws org.sgconv.device.DeviceMemoryException if the device has no such memory
   */
  public Tensor to(DType target) {
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

  /** As {@link #to(DType)} with its own type; on a device in the stream's order, not waited for. */
  public Tensor copy() {
    requireOpen();
    Stream stream = stream().orElse(null);
    return stream == null ? to(type) : copyTo(stream);
  }

  /**
   * The memory itself, checked to be usable now by this thread. It must not be used after the
   * tensor is closed: that throws {@link IllegalStateException}. Of a {@linkplain #pinned pinned}
   * tensor it must not be used after a later copy was submitted: ask for it again.
   *
   * @throws TensorClosedException if this tensor, or the one that it views, is closed
   * @throws org.sgconv.device.WrongDeviceException if the elements are on a device
   */
  @Override
  public MemorySegment segment() {
    requireOpen();
    if (!isOnHost()) {
      throw Placement.notOnHost(this);
    }
    storage.awaitCopies();
    return memory;
  }

  /** The page-locked memory of which this is a part, or null. */
  @Nullable PinnedMemory pinned() {
    return storage.pinned();
  }

  /** Of the first element in the memory that this tensor, or the one that it views, owns. */
  long offset() {
    return offset;
  }

  /**
   * Returns normally only if the tensor can be used now, by this thread.
   *
   * @throws TensorClosedException if this tensor, or the one that it views, is closed
   */
  public void requireOpen() {
    if (closed) {
      throw new TensorClosedException(
          "view " + this + " is closed" + (made == null ? "" : "; made" + made));
    }
    storage.requireUsable();
  }

  /** Whether this is borrowed memory that must not be written. */
  public boolean isReadOnly() {
    return isOnHost() && memory.isReadOnly();
  }

  /** Whether the two share any byte. */
  public boolean overlaps(Tensor other) {
    requireOpen();
    other.requireOpen();
    long start = memory.address();
    long otherStart = other.memory.address();
    if (!isOnHost() || !other.isOnHost()) {
      if (storage != other.storage) {
        return false;
      }
      start = offset;
      otherStart = other.offset;
    }
    return start < otherStart + other.byteSize() && otherStart < start + byteSize();
  }

  /**
   * Returns normally only if the tensor can be written.
   *
   * @param name what the caller calls this tensor, for the message
   * @throws InvalidArgumentException if its memory is read-only
   */
  public void requireWritable(String name) {
    requireOpen();
    if (isReadOnly()) {
      throw new InvalidArgumentException(
          name + " " + this + " wraps read-only memory: write to a tensor of your own");
    }
  }

  /**
   * Returns normally only if the two share no byte.
   *
   * @param name what the caller calls this tensor, for the message
   * @param otherName what the caller calls the other
   * @throws InvalidArgumentException otherwise
   */
  public void requireDisjoint(String name, Tensor other, String otherName) {
    if (overlaps(other)) {
      throw new InvalidArgumentException(
          name + " overlaps " + otherName + " in memory: give it memory of its own");
    }
  }

  /** Whether this tensor, or the one that it views, is closed. */
  public boolean isClosed() {
    return closed || !storage.isOpen();
  }

  /**
   * Ends the use of this tensor. An owner gives its memory back, and its views end too. Closing a
   * closed tensor does nothing.
   *
   * @throws TensorInUseException if another thread is in the middle of a call on owned memory; the
   *     tensor then stays open
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

  /** Tensors that own memory and are not closed yet, in this JVM. */
  public static long openCount() {
    return Storage.openCount();
  }

  @Override
  Tensor view(long from, long bytes, Shape partShape) {
    requireOpen();
    MemorySegment part = isOnHost() ? memory.asSlice(from, bytes) : memory;
    return new Tensor(storage, part, offset + from, type, partShape, false);
  }

  @Override
  MemorySegment writable() {
    requireWritable("tensor");
    return segment();
  }
}
