package org.sgconv.bindings.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.bindings.NativeBuild;
import org.sgconv.bindings.cpu.SgconvCpu;

/** Files that are not the library: each must end in a reason, never in a crash. */
class UnusableLibraryTest {

  private static final String TEXTS =
      """
      const char *sgconv_cpu_version(void) { return "0.0.0"; }
      const char *sgconv_cpu_tier(void) { return "none"; }
      const char *sgconv_cpu_last_error(void) { return ""; }
      """;

  @TempDir Path folder;

  @Test
  void anotherArchitecture() throws Exception {
    byte[] bytes = Files.readAllBytes(tiny(""));
    bytes[18] = (byte) 183;
    assertThat(open(bytes))
        .contains(
            "libsgconv_cpu.so is built for aarch64, this JVM runs on " + Platform.current().arch())
        .contains("use a library built for linux-");
  }

  @Test
  void aTruncatedFile() throws Exception {
    byte[] bytes = Files.readAllBytes(tiny(""));
    ByteBuffer elf = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int firstSegmentEnd = (int) elf.getLong((int) elf.getLong(32) + 32);
    assertThat(open(Arrays.copyOf(bytes, firstSegmentEnd + 16)))
        .contains("libsgconv_cpu.so is truncated")
        .contains("replace it by a complete library");
    assertThat(open(new byte[0])).contains("libsgconv_cpu.so is truncated");
  }

  @Test
  void noLibraryAtAll() throws Exception {
    assertThat(open("not a library, whatever its name".getBytes(StandardCharsets.UTF_8)))
        .contains("libsgconv_cpu.so is not an ELF file");
    Files.delete(folder.resolve("libsgconv_cpu.so"));
    Files.createDirectory(folder.resolve("libsgconv_cpu.so"));
    assertThat(run()).contains("libsgconv_cpu.so is not a file");
  }

  @Test
  void missingDependencies() throws Exception {
    for (String name : new String[] {"one", "two"}) {
      NativeBuild.compileLibrary(
          folder.resolve("libmissing_" + name + ".so"), "int " + name + "(void) { return 1; }");
    }
    NativeBuild.compileLibrary(
        folder.resolve("libsgconv_cpu.so"),
        "int one(void); int two(void); int sgconv_cpu_abi_version(void) { return one() + two(); }",
        "-L" + folder,
        "-lmissing_one",
        "-lmissing_two",
        "-lm");
    for (String name : new String[] {"one", "two"}) {
      Files.delete(folder.resolve("libmissing_" + name + ".so"));
    }
    assertThat(run())
        .contains(
            "libsgconv_cpu.so needs libmissing_one.so and libmissing_two.so, which the dynamic linker"
                + " cannot find")
        .contains("LD_LIBRARY_PATH")
        .contains("<- java.lang.UnsatisfiedLinkError");
  }

  @Test
  void aNewerGlibc() throws Exception {
    Path library = tiny("#include <stdlib.h>\nvoid *sgconv_other(void) { return malloc(1); }\n");
    byte[] bytes = Files.readAllBytes(library);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int version = text.indexOf("\0GLIBC_2.");
    assertThat(version).as("a version that the library needs").isPositive();
    String needed = text.substring(version + 1, text.indexOf('\0', version + 1));
    String newer = "GLIBC_9" + ".9999".substring(0, needed.length() - "GLIBC_9".length());
    text = text.replace("\0" + needed + "\0", "\0" + newer + "\0");
    assertThat(open(text.getBytes(StandardCharsets.ISO_8859_1)))
        .contains("needs glibc " + newer.substring("GLIBC_".length()) + " or newer")
        .contains("use a newer system, or build sgconv-native on this one");
  }

  @Test
  void anUnresolvedSymbol() throws Exception {
    NativeBuild.compileLibrary(
        folder.resolve("libsgconv_cpu.so"),
        "extern int nowhere; int sgconv_cpu_abi_version(void) { return nowhere; }");
    assertThat(run()).contains("was refused by the dynamic linker: undefined symbol: nowhere");
  }

  @Test
  void anotherInterfaceVersion() throws Exception {
    tiny("int sgconv_cpu_abi_version(void) { return 99; }\n");
    assertThat(run())
        .contains(
            "libsgconv_cpu.so has version 99 of the C interface, these bindings need "
                + SgconvCpu.SGCONV_CPU_ABI_VERSION())
        .contains("SAME");
  }

  @Test
  void anotherLibraryOfThatName() throws Exception {
    NativeBuild.compileLibrary(folder.resolve("libsgconv_cpu.so"), "int f(void) { return 1; }");
    assertThat(run())
        .contains("FAILED NativeLibraryException")
        .contains("has no function sgconv_cpu_abi_version");
  }

  /** Whatever is bound is looked for when the library is loaded, and not first in a call. */
  @Test
  void aMissingFunction() throws Exception {
    tiny(
        "int sgconv_cpu_abi_version(void) { return %d; }\n"
            .formatted(SgconvCpu.SGCONV_CPU_ABI_VERSION()));
    assertThat(run())
        .contains(
            "libsgconv_cpu.so has no function sgconv_cpu_context_create: use sgconv-native and")
        .contains("KIND UNUSABLE")
        .contains("SAME");
  }

  private Path tiny(String more) throws Exception {
    return NativeBuild.compileLibrary(folder.resolve("libsgconv_cpu.so"), TEXTS + more);
  }

  private String open(byte[] content) throws Exception {
    Files.write(folder.resolve("libsgconv_cpu.so"), content);
    return run();
  }

  private String run() throws Exception {
    String output = new ChildJvm(folder).option(path()).run();
    assertThat(output).contains("FAILED NativeLibraryException: ");
    return output;
  }

  private String path() {
    return "-Dsgconv.library.path=" + folder;
  }
}
