package org.sgconv.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.sgconv.ClosedException;
import org.sgconv.InvalidFileException;
import org.sgconv.PrintableText;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * A safetensors file, validated as a whole before its tensors are mapped into memory. Tensors are
 * copied out, so they outlive the file. Any thread may read.
 *
 * <p>Format: 8 bytes little-endian header length, a JSON header, then the tensors' bytes, row-major
 * and little-endian (github.com/huggingface/safetensors).
 */
public final class Safetensors implements AutoCloseable {

  /** Longer headers are refused, as by the format's own implementation. */
  private static final long MAX_HEADER_BYTES = 100_000_000;

  private static final int PREFIX_BYTES = 8;

  private final Path path;
  private final SafetensorsHeader header;
  private final Mapping mapping;

  /** The bytes after the header. */
  private record Mapping(Arena arena, MemorySegment bytes) {}

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
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      int headerBytes = headerBytes(path, channel, size);
      long dataStart = PREFIX_BYTES + (long) headerBytes;
      String json = decode(read(path, channel, PREFIX_BYTES, headerBytes));
      SafetensorsHeader header = SafetensorsHeader.parse(json, size - dataStart);
      return new Safetensors(path, header, map(channel, dataStart, size - dataStart));
    } catch (IOException e) {
      throw new InvalidFileException(path, "cannot be read: " + e, e);
    } catch (JsonException e) {
      throw new InvalidFileException(path, "is not a sound safetensors file: " + e.getMessage(), e);
    }
  }

  /** Collects tensors and metadata for a new file. */
  public static SafetensorsWriter writer() {
    return new SafetensorsWriter();
  }

  /** The file. */
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

  /** Strings under {@code __metadata__}; empty if there are none. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  /**
   * What the header says of one tensor.
   *
   * @throws InvalidFileException if there is no such tensor
   */
  public TensorEntry entry(String name) {
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
    return read(name, entry.type().tensorType().orElseThrow(() -> unreadable(entry)));
  }

  /**
   * A copy of an F64, F32, F16 or BF16 tensor as {@code type}, rounded to its nearest. The caller
   * closes it.
   *
   * @throws InvalidFileException if there is no such tensor, it has no elements or another type
   */
  public Tensor read(String name, DType type) {
    TensorEntry entry = entry(name);
    if (!entry.type().isReadableAsTensor()) {
      throw unreadable(entry);
    }
    if (entry.elementCount() == 0) {
      throw unreadable(entry, "has shape " + entry.shapeText() + ", expected at least one element");
    }
    Tensor tensor = Tensor.zeros(type, entry.dimArray());
    try {
      ElementConversion.copy(bytesOf(entry), entry.type(), tensor);
      return tensor;
    } catch (RuntimeException | InternalError e) {
      tensor.close();
      throw shrunkOr(path, e);
    }
  }

  /**
   * The value of a tensor of one integer or boolean; true is 1.
   *
   * @throws InvalidFileException if there is no such tensor, it has not exactly one element,
   *     another type, or a value that is not of its type (a BOOL of 2, a U64 beyond 2^63 - 1)
   */
  public long readInteger(String name) {
    TensorEntry entry = entry(name);
    if (entry.elementCount() != 1) {
      throw unreadable(entry, "has shape " + entry.shapeText() + ", expected one element");
    }
    try {
      return ElementConversion.integer(bytesOf(entry), entry.type())
          .orElseThrow(
              () ->
                  unreadable(
                      entry, "is no " + entry.type() + " integer or boolean that fits 63 bits"));
    } catch (InternalError e) {
      throw shrunkOr(path, e);
    }
  }

  /** Releases the mapping. Tensors that were read stay. */
  @Override
  public void close() {
    if (!mapping.arena().scope().isAlive()) {
      throw new ClosedException(path + " is closed already: close a file once");
    }
    mapping.arena().close();
  }

  private MemorySegment bytesOf(TensorEntry entry) {
    if (!mapping.arena().scope().isAlive()) {
      throw new ClosedException(path + " is closed: read tensors before closing it");
    }
    return mapping.bytes().asSlice(entry.begin(), entry.end() - entry.begin());
  }

  private InvalidFileException unreadable(TensorEntry entry) {
    return unreadable(entry, "is " + entry.type() + ", expected F64, F32, F16 or BF16");
  }

  private InvalidFileException unreadable(TensorEntry entry, String what) {
    return new InvalidFileException(
        path, "tensor " + PrintableText.quote(entry.name()) + " " + what);
  }

  private static int headerBytes(Path path, FileChannel channel, long size) throws IOException {
    if (size < PREFIX_BYTES) {
      throw new InvalidFileException(
          path, "has " + size + " bytes, expected at least the 8 of a header length");
    }
    long length = read(path, channel, 0, PREFIX_BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
    long most = Math.min(size - PREFIX_BYTES, MAX_HEADER_BYTES);
    if (length < 0 || length > most) {
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

  private static ByteBuffer read(Path path, FileChannel channel, long position, int count)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new InvalidFileException(path, "was truncated while it was read");
      }
    }
    return bytes.flip();
  }

  private static Mapping map(FileChannel channel, long start, long size) throws IOException {
    Arena arena = Arena.ofShared();
    try {
      return new Mapping(arena, channel.map(FileChannel.MapMode.READ_ONLY, start, size, arena));
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static String decode(ByteBuffer utf8) throws JsonException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(utf8)
          .toString();
    } catch (CharacterCodingException e) {
      throw new JsonException(
          "the header is not UTF-8 at byte " + utf8.position() + " (" + e.getMessage() + ")");
    }
  }

  /** The JVM reports a fault on a mapped page, whose file was cut meanwhile, as InternalError. */
  private static RuntimeException shrunkOr(Path path, Throwable failure) {
    if (failure instanceof RuntimeException other) {
      return other;
    }
    return new InvalidFileException(path, "was truncated while it was read", failure);
  }
}
