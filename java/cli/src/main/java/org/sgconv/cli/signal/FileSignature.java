package org.sgconv.cli.signal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.sgconv.InvalidFileException;

/**
 * Kinds of files that are often found under the name of a signal, told by what they begin with: the
 * message then says what the file is and what to do, not which of its bytes is wrong.
 */
enum FileSignature {
  LFS_POINTER(
      0,
      "version https://git-lfs.github.com/spec/",
      "is a Git LFS pointer and not the file itself: run 'git lfs pull' in its repository"),
  HTML(
      0,
      "<!doctype html",
      "is a web page, as a failed download leaves it: look at it with an editor, then download the"
          + " file again"),
  BARE_HTML(0, "<html", HTML.advice),
  WAVE(8, "WAVE", "is a WAV file: to read it as a signal, give it a name that ends in .wav"),
  AVI(8, "AVI ", convert("an AVI video")),
  AIFF(8, "AIFF", convert("an AIFF file")),
  AIFC(8, "AIFC", convert("an AIFF file")),
  MP4(4, "ftyp", convert("an MP4 or M4A file")),
  RIFX(0, "RIFX", convert("a big-endian WAV file")),
  WAVE64(0, "riff.\u0091\u00cf\u0011", convert("a Wave64 file")),
  FLAC(0, "fLaC", convert("a FLAC file")),
  OGG(0, "OggS", convert("an Ogg file")),
  MP3(0, "ID3", convert("an MP3 file")),
  MP3_FRAME(0, "\u00ff\u00fb", convert("an MP3 file")),
  MP3_FRAME_2(0, "\u00ff\u00f3", convert("an MP3 file")),
  AAC(0, "\u00ff\u00f1", convert("an AAC file")),
  AU(0, ".snd", convert("an AU file")),
  CAF(0, "caff", convert("a Core Audio file")),
  MATROSKA(0, "\u001aE\u00df\u00a3", convert("a WebM or Matroska file")),
  AMR(0, "#!AMR", convert("an AMR file")),
  MIDI(0, "MThd", "is a MIDI file, which holds notes and no samples"),
  GZIP(0, "\u001f\u008b", unpack("gzip", "gunzip")),
  XZ(0, "\u00fd7zXZ", unpack("xz", "unxz")),
  ZSTD(0, "(\u00b5/\u00fd", unpack("zstd", "unzstd")),
  BZIP2(0, "BZh", unpack("bzip2", "bunzip2")),
  SEVEN_ZIP(0, "7z\u00bc\u00af", unpack("7-Zip", "7z x")),
  ZIP(
      0,
      "PK\u0003\u0004",
      "is a ZIP archive, or a PyTorch checkpoint, which is one: unpack it, or save the checkpoint"
          + " with safetensors.torch.save_file"),
  PICKLE(
      0,
      "\u0080\u0002",
      "is a Python pickle, such as an old PyTorch checkpoint: save it with"
          + " safetensors.torch.save_file"),
  NUMPY(
      0,
      "\u0093NUMPY",
      "is a NumPy array: save it with safetensors.numpy.save_file, or its float32 values with"
          + " array.tofile as .f32"),
  PNG(0, "\u0089PNG\r\n\u001a\n", picture("a PNG picture")),
  JPEG(0, "\u00ff\u00d8\u00ff", picture("a JPEG picture")),
  GIF(0, "GIF8", picture("a GIF picture")),
  WEBP(8, "WEBP", picture("a WebP picture")),
  TIFF(0, "II*\u0000", picture("a TIFF picture")),
  PDF(0, "%PDF-", picture("a PDF document")),
  HDF5(0, "\u0089HDF", "is an HDF5 file: save its tensors with safetensors"),
  SAFETENSORS(
      8,
      "{\"",
      "is a safetensors file: to read it as a signal, give it a name that ends in .safetensors");

  /** As far into a file as any signature reaches. */
  private static final int LONGEST = 64;

  private final int offset;
  private final String start;
  private final String advice;

  /**
   * A kind of file.
   *
   * @param start the characters at {@code offset}, each a byte; letters of either case
   * @param advice what the file is and what to do, after its name
   */
  FileSignature(int offset, String start, String advice) {
    this.offset = offset;
    this.start = start;
    this.advice = advice;
  }

  private static String convert(String kind) {
    return "is " + kind + ": convert it to WAV, for example with ffmpeg -i FILE out.wav";
  }

  private static String picture(String kind) {
    return "is " + kind + ", which holds no samples: name the sound or tensor itself";
  }

  private static String unpack(String kind, String command) {
    return "is compressed with " + kind + ": unpack it first, for example with " + command;
  }

  /**
   * Returns normally unless the file is empty, or is clearly of another kind than {@code format}.
   *
   * @throws InvalidFileException saying which, and what to do
   * @throws IOException if the file cannot be read
   */
  static void requireNoOther(Path file, SignalFormat format) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(LONGEST);
    }
    if (bytes.length == 0) {
      throw new InvalidFileException(file, "is empty (0 bytes): is what wrote it done?");
    }
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    Optional<FileSignature> other =
        Stream.of(values()).filter(kind -> kind.contradicts(format) && kind.begins(text)).findAny();
    if (other.isPresent()) {
      throw new InvalidFileException(file, other.get().advice);
    }
  }

  private boolean begins(String text) {
    // HTML may come after blanks or a byte order mark.
    String from =
        this == HTML || this == BARE_HTML
            ? text.replaceFirst("^(\u00ef\u00bb\u00bf)?\\s*", "").toLowerCase(Locale.ROOT)
            : text;
    return from.startsWith(start, offset);
  }

  /** Raw files may begin with any few bytes; only what is longer than chance has it counts. */
  private boolean contradicts(SignalFormat format) {
    return switch (format) {
      case WAV -> this != WAVE;
      case SAFETENSORS -> this != SAFETENSORS;
      case RAW -> this == LFS_POINTER || this == HTML || this == WAVE || this == PNG || this == PDF;
    };
  }
}
