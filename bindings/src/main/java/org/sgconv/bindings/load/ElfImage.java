package org.sgconv.bindings.load;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the headers of an ELF shared object say (System V ABI, "Object Files" and "Dynamic
 * Linking"). Mapping a file that is shorter than its headers promise kills the process, so every
 * file is read here before it is loaded.
 *
 * @param architecture such as {@code x86_64}
 * @param needed names of the libraries it depends on; read for 64-bit little-endian images only
 */
record ElfImage(String architecture, List<String> needed) {

  private static final int HEADER_BYTES = 64;
  private static final int SEGMENT_BYTES = 56;
  private static final int DYNAMIC_BYTES = 16;
  private static final int TYPE_SHARED = 3;
  private static final int SEGMENT_LOAD = 1;
  private static final int SEGMENT_DYNAMIC = 2;
  private static final long TAG_NEEDED = 1;
  private static final long TAG_STRING_TABLE = 5;
  private static final int MAX_NAME_BYTES = 4096;

  /**
   * Reads the headers.
   *
   * @throws ElfFormatException if the file is no complete ELF shared object
   */
  static ElfImage read(Path file) throws IOException {
    // Not a channel, which an interrupt of this thread would close.
    try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "r")) {
      return read(content);
    } catch (EOFException e) {
      throw new ElfFormatException("is truncated");
    }
  }

  private static ElfImage read(RandomAccessFile content) throws IOException {
    ByteBuffer magic = bytes(content, 0, 20);
    if (magic.getInt(0) != 0x464c457f) {
      throw new ElfFormatException("is not an ELF file");
    }
    boolean wide = magic.get(4) == 2;
    boolean little = magic.get(5) == 1;
    magic.order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    String architecture = architecture(magic.getShort(18) & 0xffff, wide, little);
    if (!wide || !little) {
      return new ElfImage(architecture, List.of());
    }
    if (magic.getShort(16) != TYPE_SHARED) {
      throw new ElfFormatException("is an ELF file but not a shared library");
    }
    return new ElfImage(architecture, needed(content, segments(content)));
  }

  private record Segment(int type, long offset, long address, long size) {}

  private static List<Segment> segments(RandomAccessFile content) throws IOException {
    ByteBuffer header = bytes(content, 0, HEADER_BYTES);
    long table = header.getLong(32);
    int size = header.getShort(54) & 0xffff;
    int count = header.getShort(56) & 0xffff;
    if (size < SEGMENT_BYTES || count == 0) {
      throw new ElfFormatException("has no program headers");
    }
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ByteBuffer entry = bytes(content, table + (long) i * size, SEGMENT_BYTES);
      Segment segment =
          new Segment(entry.getInt(0), entry.getLong(8), entry.getLong(16), entry.getLong(32));
      boolean mapped = segment.type == SEGMENT_LOAD || segment.type == SEGMENT_DYNAMIC;
      if (mapped && (segment.offset < 0 || segment.size < 0)) {
        throw new ElfFormatException("has a negative segment size");
      }
      if (mapped && segment.size > content.length() - segment.offset) {
        throw new ElfFormatException(
            String.format(
                Locale.ROOT,
                "is truncated: it has %d bytes and its headers promise %s",
                content.length(),
                Long.toUnsignedString(segment.offset + segment.size)));
      }
      segments.add(segment);
    }
    return segments;
  }

  private static List<String> needed(RandomAccessFile content, List<Segment> segments)
      throws IOException {
    List<Long> nameOffsets = new ArrayList<>();
    long strings = -1;
    for (Segment segment : segments) {
      for (long at = 0;
          segment.type == SEGMENT_DYNAMIC && at + DYNAMIC_BYTES <= segment.size;
          at += DYNAMIC_BYTES) {
        ByteBuffer entry = bytes(content, segment.offset + at, DYNAMIC_BYTES);
        if (entry.getLong(0) == 0) {
          break;
        } else if (entry.getLong(0) == TAG_NEEDED) {
          nameOffsets.add(entry.getLong(8));
        } else if (entry.getLong(0) == TAG_STRING_TABLE) {
          strings = fileOffset(segments, entry.getLong(8));
        }
      }
    }
    List<String> names = new ArrayList<>();
    for (long offset : nameOffsets) {
      names.add(name(content, strings, offset));
    }
    return List.copyOf(names);
  }

  private static long fileOffset(List<Segment> segments, long address) throws ElfFormatException {
    for (Segment segment : segments) {
      long within = address - segment.address;
      if (segment.type == SEGMENT_LOAD && within >= 0 && within < segment.size) {
        return segment.offset + within;
      }
    }
    throw new ElfFormatException("has no string table");
  }

  private static String name(RandomAccessFile content, long strings, long offset)
      throws IOException {
    long start = strings + offset;
    if (strings < 0 || offset < 0 || start < 0 || start >= content.length()) {
      throw new ElfFormatException("names a dependency outside of the file");
    }
    byte[] text =
        bytes(content, start, (int) Math.min(MAX_NAME_BYTES, content.length() - start)).array();
    int length = 0;
    while (length < text.length && text[length] != 0) {
      length++;
    }
    return new String(text, 0, length, StandardCharsets.UTF_8);
  }

  private static ByteBuffer bytes(RandomAccessFile content, long position, int count)
      throws IOException {
    if (position < 0) {
      throw new ElfFormatException("has a negative offset");
    }
    if (position > content.length() - count) {
      throw new EOFException();
    }
    ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    content.seek(position);
    content.readFully(buffer.array());
    return buffer;
  }

  /** In the words of {@link Platform}. */
  private static String architecture(int machine, boolean wide, boolean little) {
    return switch (machine) {
      case 3 -> "x86";
      case 21 -> little ? "ppc64le" : "ppc64";
      case 22 -> "s390x";
      case 40 -> "arm";
      case 62 -> wide ? "x86_64" : "x32";
      case 183 -> little ? "aarch64" : "aarch64_be";
      case 243 -> wide ? "riscv64" : "riscv32";
      default -> "ELF machine " + machine;
    };
  }
}
