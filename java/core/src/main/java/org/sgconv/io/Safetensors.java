package org.sgconv.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.sgconv.ClosedException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidFileException;
import org.sgconv.MemoryFaultException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.spi.TensorAccess;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;
import org.sgconv.text.FileFailure;
import org.sgconv.text.PrintableText;

/**
 * A safetensors file, validated as a whole before its tensors are mapped into memory. Tensors are
 * copied out, so they outlive the file; a file that is in memory already is read there. Any thread
 * may read, and any thread may close: that waits for reads that are under way. An interrupted
 * thread reads as any other does.
 *
 * <p>Format: 8 bytes little-endian header length, a JSON header, then the tensors' bytes, row-major
 * and little-endian (github.com/huggingface/safetensors). What that library opens is opened here,
 * and what it refuses is refused, but for this:
 *
 * <ul>
 *   <li>a {@code dtype} that nobody has heard of is a matter of its tensor only: the others can be
 *       read, and reading that one names the type;
 *   <li>a name that appears twice, of tensors or under {@code __metadata__}, is refused, as the
 *       format's description has it; that library takes the last;
 *   <li>a tensor is described by an object whose {@code dtype} is a string; that library also takes
 *       {@code ["F32",[2],[0,8]]} and {@code {"F32":null}};
 *   <li>sizes and offsets end at 2^63 − 1, not 2^64 − 1, and an axis of size 0 may follow axes of
 *       any size;
 *   <li>numbers in members that are ignored may have any size.
 * </ul>
 *
 * A header takes no more than 8 times its own size in memory, whatever is in it.
 *
 * @since 0.1.0
 */
public final class Safetensors implements AutoCloseable {

  /** Longer headers are refused, as by the format's own implementation. */
  static final long MAX_HEADER_BYTES = 100_000_000;

  private static final int PREFIX_BYTES = 8;

  /** Read at once; the JVM keeps a buffer as large for every thread. */
  private static final int CHUNK_BYTES = 1 << 18;

  /** What Git LFS leaves in a checkout in place of a file that was not fetched. */
  private static final String LFS_POINTER = "version https://git-lfs.github.com/spec/";

  /** Most elements of a Java array. */
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private final Path path;
  private final SafetensorsHeader header;
  private final Mapping mapping;

  /** Held for reading by reads of the mapping, for writing by its end. */
  private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();

  /** The bytes after the header, which can be read while the arena is open. */
  private record Mapping(Arena arena, MemorySegment bytes) {}

  /** Where the bytes are. */
  private interface Content {
    long size() throws IOException;

    /** A buffer with an array of that many bytes. */
    ByteBuffer read(long position, int count) throws IOException;

    Mapping map(long start, long size) throws IOException;
  }

  private record OnDisk(Path path, FileChannel channel) implements Content {
    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public ByteBuffer read(long position, int count) throws IOException {
      ByteBuffer bytes = ByteBuffer.allocate(count);
      while (bytes.position() < count) {
        bytes.limit(Math.min(count, bytes.position() + CHUNK_BYTES));
        if (channel.read(bytes, position + bytes.position()) < 0) {
          throw new InvalidFileException(path, "was truncated while it was read");
        }
      }
      return bytes.flip();
    }

    @Override
    public Mapping map(long start, long size) throws IOException {
      try (Closer made = Closer.onFailure()) {
        Arena arena = made.add(Arena.ofShared());
        MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, start, size, arena);
        made.keep();
        return new Mapping(arena, bytes);
      }
    }
  }

  private record InMemory(MemorySegment bytes) implements Content {
    @Override
    public long size() {
      return bytes.byteSize();
    }

    @Override
    public ByteBuffer read(long position, int count) {
      return ByteBuffer.wrap(bytes.asSlice(position, count).toArray(ValueLayout.JAVA_BYTE));
    }

    @Override
    public Mapping map(long start, long size) {
      return new Mapping(Arena.ofShared(), bytes.asSlice(start, size).asReadOnly());
    }
  }

  private Safetensors(Path path, SafetensorsHeader header, Mapping mapping) {
    this.path = path;
    this.header = header;
    this.mapping = mapping;
  }

  /**
   * Opens and validates a file; the caller closes it.
   *
   * @throws InvalidFileException if it cannot be read or its header is not sound; the message names
   *     the file, the tensor and what was expected
   */
  public static Safetensors open(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new InvalidFileException(
          path, Files.exists(path) ? "is not a regular file" : "does not exist");
    }
    try {
      return Uninterrupted.call(() -> openRegular(path));
    } catch (IOException e) {
      throw new InvalidFileException(path, "cannot be read: " + FileFailure.reason(e), e);
    } catch (UnsupportedOperationException e) {
      throw new InvalidFileException(
          path, "is on a file system whose files cannot be mapped: copy it to a disk", e);
    }
  }

  /**
   * Opens and validates a file that is in memory already; the caller closes it.
   *
   * @param name what messages call it, and what {@link #path} is
   * @param bytes the whole file; they are not copied and must stay as they are until it is closed
   * @throws InvalidArgumentException if no file could have that name
   * @throws InvalidFileException if its header is not sound; the message names the tensor and what
   *     was expected
   */
  public static Safetensors of(String name, byte[] bytes) {
    return of(name, ByteBuffer.wrap(bytes));
  }

  /**
   * Opens and validates a file that is in a buffer, from its position to its limit; the caller
   * closes it.
   *
   * @param name what messages call it, and what {@link #path} is
   * @param bytes not copied: they must stay as they are until it is closed
   * @throws InvalidArgumentException if no file could have that name
   * @throws InvalidFileException if its header is not sound; the message names the tensor and what
   *     was expected
   */
  public static Safetensors of(String name, ByteBuffer bytes) {
    Path path = pathOf(Objects.requireNonNull(name, "name"));
    MemorySegment all = MemorySegment.ofBuffer(bytes);
    try {
      return openContent(path, new InMemory(all));
    } catch (IOException e) {
      throw new IllegalStateException("memory cannot fail to be read", e);
    }
  }

  private static Path pathOf(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new InvalidArgumentException(
          "name " + PrintableText.quote(name) + " cannot be that of a file: choose another", e);
    }
  }

  private static Safetensors openRegular(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return openContent(path, new OnDisk(path, channel));
    }
  }

  private static Safetensors openContent(Path path, Content content) throws IOException {
    try {
      long size = content.size();
      int headerBytes = headerBytes(path, content, size);
      long dataStart = PREFIX_BYTES + (long) headerBytes;
      byte[] json = content.read(PREFIX_BYTES, headerBytes).array();
      SafetensorsHeader header = SafetensorsHeader.parse(json, size - dataStart);
      return new Safetensors(path, header, content.map(dataStart, size - dataStart));
    } catch (JsonException e) {
      throw new InvalidFileException(path, "is not a sound safetensors file: " + e.getMessage(), e);
    }
  }

  /** Collects tensors and metadata for a new file. */
  public static SafetensorsWriter writer() {
    return new SafetensorsWriter();
  }

  /** The file, or the name of one that is in memory. */
  public Path path() {
    return path;
  }

  /** Every tensor by name, in the order of their bytes. */
  public Map<String, TensorEntry> entries() {
    return Collections.unmodifiableMap(header.entries());
  }

  /** Names of all tensors, in the order of their bytes. */
  public List<String> names() {
    return List.copyOf(header.entries().keySet());
  }

  /** Strings under {@code __metadata__}; empty if there are none. They may hold any character. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /**
   * What the header says of one tensor.
   *
   * @throws InvalidFileException if there is no such tensor
   */
  public TensorEntry entry(String name) {
    Objects.requireNonNull(name, "name");
    TensorEntry entry = header.entries().get(name);
    if (entry == null) {
      throw new InvalidFileException(
          path,
          "has no tensor "
              + PrintableText.quote(name)
              + "; it has "
              + PrintableText.list(header.entries().keySet()));
    }
    return entry;
  }

  /**
   * A copy of a tensor in its own type: F64 as FLOAT64, F32 as FLOAT32, F16 as FLOAT16 and BF16 as
   * BFLOAT16. The caller closes it.
   *
   * @throws InvalidFileException if there is no such tensor, it has no elements or another type
   */
  public Tensor read(String name) {
    TensorEntry entry = entry(name);
    DType type =
        entry.type().flatMap(ElementType::tensorType).orElseThrow(() -> noTensorType(entry));
    return read(name, type);
  }

  /**
   * A copy of an F64, F32, F16 or BF16 tensor as {@code type}, rounded to its nearest. The caller
   * closes it.
   *
   * @throws InvalidFileException if there is no such tensor, it has no elements or another type
   */
  public Tensor read(String name, DType type) {
    TensorEntry entry = entry(name);
    ElementType stored =
        entry.type().filter(ElementType::isReadableAsTensor).orElseThrow(() -> noTensorType(entry));
    if (entry.elementCount() == 0) {
      throw unreadable(entry, "has shape " + entry.shapeText() + ", expected at least one element");
    }
    try (Closer made = Closer.onFailure()) {
      Tensor tensor = made.add(Tensor.uninitialized(type, entry.dimArray()));
      withBytes(entry, bytes -> ElementConversion.copy(bytes, stored, tensor));
      made.keep();
      return tensor;
    }
  }

  /**
   * The elements of a BOOL, U8, I8, U16, I16, U32, I32, U64 or I64 tensor, row-major; true is 1.
   * The shape is {@code entry(name).dims()}.
   *
   * @throws InvalidFileException if there is no such tensor, it has another type, more elements
   *     than an array holds, or a value that is not of its type or of a long's: the message names
   *     the index and the value (a BOOL of 2, a U64 beyond 2^63 - 1)
   */
  public long[] readIntegers(String name) {
    TensorEntry entry = entry(name);
    ElementType stored =
        entry
            .type()
            .filter(ElementType::isReadableAsIntegers)
            .orElseThrow(
                () ->
                    unreadable(
                        entry,
                        "is "
                            + PrintableText.quote(entry.dtype())
                            + ", expected an integer type or BOOL"));
    if (entry.elementCount() > MAX_ARRAY) {
      throw unreadable(
          entry,
          "has " + entry.elementCount() + " elements, expected at most " + MAX_ARRAY + " integers");
    }
    long[] values = new long[(int) entry.elementCount()];
    withBytes(entry, bytes -> IntegerConversion.read(bytes, stored, values));
    for (int i = 0; i < values.length; i++) {
      if (!IntegerConversion.isSound(stored, values[i])) {
        throw unreadable(
            entry,
            "is "
                + Long.toUnsignedString(values[i])
                + " at index "
                + i
                + ", expected "
                + (stored == ElementType.BOOL ? "0 or 1" : "at most 2^63 - 1"));
      }
    }
    return values;
  }

  /**
   * The value of a tensor of one integer or boolean, as by {@link #readIntegers}.
   *
   * @throws InvalidFileException if there is no such tensor, it has not exactly one element,
   *     another type, or a value that is not of its type (a BOOL of 2, a U64 beyond 2^63 - 1)
   */
  public long readInteger(String name) {
    TensorEntry entry = entry(name);
    if (entry.elementCount() != 1) {
      throw unreadable(entry, "has shape " + entry.shapeText() + ", expected one element");
    }
    return readIntegers(name)[0];
  }

  /**
   * Releases the mapping, when no thread reads any more. Tensors that were read stay. Closing a
   * closed file does nothing.
   */
  @Override
  public void close() {
    use.writeLock().lock();
    try {
      if (mapping.arena().scope().isAlive()) {
        mapping.arena().close();
      }
    } finally {
      use.writeLock().unlock();
    }
  }

  private void withBytes(TensorEntry entry, Consumer<MemorySegment> access) {
    use.readLock().lock();
    try {
      if (!mapping.arena().scope().isAlive()) {
        throw new ClosedException(printablePath() + " is closed: read tensors before closing it");
      }
      MemorySegment bytes = mapping.bytes().asSlice(entry.begin(), entry.end() - entry.begin());
      TensorAccess.onHost(path, () -> access.accept(bytes));
    } catch (MemoryFaultException e) {
      throw new InvalidFileException(
          path, "was truncated, or its disk failed, while it was read", e);
    } finally {
      use.readLock().unlock();
    }
  }

  private String printablePath() {
    return PrintableText.escape(path.toString());
  }

  private InvalidFileException noTensorType(TensorEntry entry) {
    return unreadable(
        entry, "is " + PrintableText.quote(entry.dtype()) + ", expected F64, F32, F16 or BF16");
  }

  private InvalidFileException unreadable(TensorEntry entry, String what) {
    return new InvalidFileException(
        path, "tensor " + PrintableText.quote(entry.name()) + " " + what);
  }

  private static int headerBytes(Path path, Content content, long size) throws IOException {
    if (size < PREFIX_BYTES) {
      throw new InvalidFileException(
          path, "has " + size + " bytes, expected at least the 8 of a header length");
    }
    long length = content.read(0, PREFIX_BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
    long most = Math.min(size - PREFIX_BYTES, MAX_HEADER_BYTES);
    if (length < 0 || length > most) {
      if (beginsWith(LFS_POINTER, content, size)) {
        throw new InvalidFileException(
            path,
            "is a Git LFS pointer and not the file itself: run 'git lfs pull' in its repository");
      }
      throw new InvalidFileException(
          path,
          "header length is "
              + Long.toUnsignedString(length)
              + ", expected at most "
              + most
              + " (the rest of the file, and no more than "
              + MAX_HEADER_BYTES
              + "): it is truncated or not a safetensors file");
    }
    return (int) length;
  }

  private static boolean beginsWith(String start, Content content, long size) throws IOException {
    byte[] expected = start.getBytes(StandardCharsets.US_ASCII);
    return size >= expected.length
        && content.read(0, expected.length).equals(ByteBuffer.wrap(expected));
  }
}
