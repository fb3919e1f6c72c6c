package org.sgconv.cli.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.InvalidFileException;

/** Files that are not what their name says are called what they are. */
class FileSignatureTest {

  private static final String LFS =
      "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0".repeat(64) + "\nsize 3196\n";

  @TempDir Path folder;

  private void assertNamed(String name, String content, String... parts) throws IOException {
    Path file = Files.write(folder.resolve(name), content.getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> SignalReader.open(file, "u", OptionalInt.empty(), note -> {}))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining(name)
        .hasMessageContainingAll(parts);
  }

  @ParameterizedTest
  @CsvSource({"x.wav", "x.safetensors", "x.f32"})
  void aGitLfsPointerSaysWhatToRun(String name) throws IOException {
    String padded = LFS + " ".repeat(Math.floorMod(-LFS.length(), 4));
    assertNamed(name, padded, "Git LFS pointer", "git lfs pull");
  }

  @Test
  void webPagesArchivesAndOtherSoundsAreNamed() throws IOException {
    assertNamed("x.wav", "\n <!DOCTYPE html>\n<html>404", "web page", "download");
    assertNamed("x.wav", "<HTML><body>", "web page");
    assertNamed("x.wav", "\u001f\u008b\b\0", "gzip", "gunzip");
    assertNamed("x.safetensors", "PK\u0003\u0004", "ZIP", "safetensors.torch");
    assertNamed("x.safetensors", "\u0080\u0002}q", "pickle");
    assertNamed("x.wav", "fLaC\0\0", "FLAC", "ffmpeg");
    assertNamed("x.wav", "OggS\0\2", "Ogg", "ffmpeg");
    assertNamed("x.wav", "ID3\3\0", "MP3", "ffmpeg");
    assertNamed("x.wav", "\u00ff\u00fb\u0090", "MP3");
    assertNamed("x.wav", "\0\0\0 ftypM4A ", "M4A");
    assertNamed("x.wav", "FORM\0\0\0\0AIFFCOMM", "AIFF");
    assertNamed("x.wav", "\u0093NUMPY\1\0", "NumPy");
    assertNamed("x.wav", "\u0010\0\0\0\0\0\0\0{\"u\":", "safetensors");
    assertNamed("x.safetensors", "RIFF\0\0\0\0WAVEfmt ", "WAV", ".wav");
    assertNamed("x.raw", "RIFF\0\0\0\0WAVEfmt ", "WAV", ".wav");
  }

  @Test
  void picturesAreNamed() throws IOException {
    for (String name : new String[] {"x.wav", "x.safetensors", "x.f32"}) {
      assertNamed(name, "\u0089PNG\r\n\u001a\n\0\0\0\rIHDR", "PNG picture", "no samples");
      assertNamed(name, "%PDF-1.7", "PDF document");
    }
    assertNamed("x.wav", "\u00ff\u00d8\u00ff\u00e0\0\u0010JFIF", "JPEG picture");
    assertNamed("x.wav", "GIF89a", "GIF picture");
    assertNamed("x.wav", "RIFF\0\0\0\0WEBPVP8 ", "WebP picture");
    assertNamed("x.safetensors", "II*\0\b\0\0\0", "TIFF picture");
  }

  @Test
  void emptyFilesFoldersAndAbsentFilesAreCalledSo() throws IOException {
    for (String name : new String[] {"x.wav", "x.f32", "x.safetensors"}) {
      assertNamed(name, "", "is empty", "0 bytes");
    }
    Path inner = Files.createDirectory(folder.resolve("folder.wav"));
    assertThatThrownBy(() -> SignalReader.open(inner, "u", OptionalInt.empty(), note -> {}))
        .hasMessageContaining("is a folder");
    Path none = folder.resolve("none.wav");
    assertThatThrownBy(() -> SignalReader.open(none, "u", OptionalInt.empty(), note -> {}))
        .hasMessageContaining("does not exist");
  }

  /** These four bytes are a float32 like any other. */
  @Test
  void rawFilesMayBeginAsTheyLike() throws IOException {
    Path file = Files.write(folder.resolve("x.f32"), new byte[] {'f', 'L', 'a', 'C'});
    try (SignalSource source = SignalReader.open(file, "u", OptionalInt.empty(), note -> {});
        Signal signal = source.read()) {
      assertThat(signal.form().length()).isEqualTo(1);
    }
  }
}
