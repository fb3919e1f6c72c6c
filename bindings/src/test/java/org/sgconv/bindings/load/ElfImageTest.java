package org.sgconv.bindings.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.bindings.NativeBuild;

class ElfImageTest {

  private static final int MACHINE_OFFSET = 18;

  @TempDir Path folder;

  @Test
  void readsArchitectureAndDependencies() throws Exception {
    Path library =
        NativeBuild.compileLibrary(
            folder.resolve("libx.so"),
            "double f(double x) { return x; }",
            "-Wl,--no-as-needed",
            "-lm");
    ElfImage image = ElfImage.read(library);
    assertThat(image.architecture()).isEqualTo(Platform.current().arch());
    assertThat(image.needed()).contains("libm.so.6", "libc.so.6");
    assertThat(Platform.current().accepts(image)).isTrue();
  }

  @Test
  void namesForeignArchitectures() throws Exception {
    byte[] bytes = library();
    bytes[MACHINE_OFFSET] = (byte) 183;
    assertThat(read(bytes).architecture()).isEqualTo("aarch64");
    bytes[MACHINE_OFFSET] = (byte) 243;
    assertThat(read(bytes).architecture()).isEqualTo("riscv64");
    bytes[MACHINE_OFFSET] = 99;
    assertThat(read(bytes).architecture()).isEqualTo("ELF machine 99");
  }

  @Test
  void readsNoFurtherIntoImagesOfAnotherWidth() throws Exception {
    byte[] bytes = library();
    bytes[4] = 1;
    bytes[MACHINE_OFFSET] = 3;
    assertThat(read(bytes)).isEqualTo(new ElfImage("x86", List.of()));
  }

  @Test
  void rejectsWhatIsNoSharedLibrary() throws Exception {
    assertThatThrownBy(
            () -> read("#!/bin/sh\necho not a library\n".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(ElfFormatException.class)
        .hasMessage("is not an ELF file");
    assertThatThrownBy(() -> read(new byte[0]))
        .isInstanceOf(ElfFormatException.class)
        .hasMessage("is truncated");
    Path program =
        NativeBuild.compile(folder.resolve("program"), "int main() { return 0; }", "-no-pie");
    assertThatThrownBy(() -> ElfImage.read(program))
        .isInstanceOf(ElfFormatException.class)
        .hasMessage("is an ELF file but not a shared library");
  }

  @Test
  void rejectsEveryTruncationThatLosesMappedBytes() throws Exception {
    byte[] bytes = library();
    long mapped = mappedBytes(bytes);
    for (int length = 0; length < mapped; length += 97) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> read(cut))
          .as("%d of %d bytes", length, bytes.length)
          .isInstanceOf(ElfFormatException.class);
    }
    assertThat(read(Arrays.copyOf(bytes, (int) mapped))).isEqualTo(read(bytes));
  }

  @Test
  void survivesDamagedHeaders() throws Exception {
    byte[] original = library();
    Random random = new Random(20260811);
    int rejected = 0;
    for (int i = 0; i < 500; i++) {
      byte[] damaged = original.clone();
      for (int j = 0; j < 4; j++) {
        damaged[4 + random.nextInt(600)] = (byte) random.nextInt();
      }
      try {
        read(damaged);
      } catch (ElfFormatException e) {
        rejected++; // any other exception fails the test
      }
    }
    assertThat(rejected).isGreaterThan(25);
  }

  private byte[] library() throws Exception {
    Path file = folder.resolve("liby.so");
    if (!Files.exists(file)) {
      NativeBuild.compileLibrary(file, "int f(void) { return 1; }");
    }
    return Files.readAllBytes(file);
  }

  private ElfImage read(byte[] bytes) throws IOException {
    return ElfImage.read(Files.write(folder.resolve("image"), bytes));
  }

  /** End of the last loaded segment, read apart from the code under test. */
  private static long mappedBytes(byte[] bytes) {
    ByteBuffer elf = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long end = 0;
    for (int i = 0; i < elf.getShort(56); i++) {
      int entry = (int) elf.getLong(32) + i * elf.getShort(54);
      if (elf.getInt(entry) == 1) {
        end = Math.max(end, elf.getLong(entry + 8) + elf.getLong(entry + 32));
      }
    }
    return end;
  }
}
