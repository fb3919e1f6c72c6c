package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.Backends;
import org.sgconv.HostMemoryException;
import org.sgconv.cli.run.KernelAndSkip;
import org.sgconv.cli.run.LayerRun;
import org.sgconv.cli.run.Preset;
import org.sgconv.cli.run.RunPlan;
import org.sgconv.cli.signal.Signal;
import org.sgconv.cli.signal.SignalForm;
import org.sgconv.cli.signal.SignalReader;
import org.sgconv.cli.signal.SignalSource;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.tensor.HostMemory;
import org.sgconv.tensor.Tensor;

/** Sizes are added up first, refused, and only then is a signal read. */
@Timeout(120)
class RunMemoryTest {

  private static final long SAMPLES = 1L << 27;

  /** Bytes of skip, norm, exponents and their gradients, beside megabytes in these tests. */
  private static final long SMALL_TENSORS = 1024;

  private static final Pattern ASKED =
      Pattern.compile("needs (\\d+) bytes, tensors, plans and spectra hold (\\d+) already");

  @TempDir Path folder;

  private long held;
  private long open;

  @BeforeEach
  void start() {
    assumeFalse(
        Boolean.getBoolean("sgconv.native.skip"),
        "-Dsgconv.native.skip: this build has no CPU library to plan with");
    held = HostMemory.heldBytes();
    open = Tensor.openCount();
  }

  @AfterEach
  void nothingIsLeft() {
    System.clearProperty(HostMemory.PROPERTY);
    assertThat(HostMemory.heldBytes()).isEqualTo(held);
    assertThat(Tensor.openCount()).isEqualTo(open);
  }

  private static void allow(long bytes) {
    System.setProperty(HostMemory.PROPERTY, String.valueOf(bytes));
  }

  /** A file with a hole, whose first value is no number: whoever reads it will say so. */
  private Path unreadable(String name, byte[] header) throws IOException {
    Path file = folder.resolve(name);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(header);
      out.writeInt(Integer.reverseBytes(Float.floatToIntBits(Float.NaN)));
      out.setLength(header.length + 4 * SAMPLES);
    }
    return file;
  }

  private static byte[] wavHeader() {
    ByteBuffer header = ByteBuffer.allocate(44).order(ByteOrder.LITTLE_ENDIAN);
    header.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt((int) (36 + 4 * SAMPLES));
    header.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
    header.putShort((short) 3).putShort((short) 1).putInt(48_000).putInt(4 * 48_000);
    header.putShort((short) 4).putShort((short) 32);
    header.put("data".getBytes(StandardCharsets.US_ASCII)).putInt((int) (4 * SAMPLES));
    return header.array();
  }

  private static byte[] tensorHeader() {
    String json =
        "{\"u\":{\"dtype\":\"F32\",\"shape\":[1,%d],\"data_offsets\":[0,%d]}}"
            .formatted(SAMPLES, 4 * SAMPLES);
    byte[] text = json.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(8 + text.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .array();
  }

  /** 2^27 samples were read, for 35 seconds, in order to find that the plan does not fit. */
  @ParameterizedTest
  @ValueSource(strings = {"in.f32", "in.wav", "in.safetensors"})
  void aSignalThatIsTooLongIsRefusedBeforeItIsRead(String name) throws IOException {
    byte[] header =
        name.endsWith("wav") ? wavHeader() : name.endsWith("f32") ? new byte[0] : tensorHeader();
    Path input = unreadable(name, header);
    allow(2L << 30);
    for (Object[] options : List.of(new Object[0], new Object[] {"--hidden", 7})) {
      List<Object> args = new ArrayList<>(List.of("run", input, "--backend", "cpu"));
      args.addAll(List.of(options));
      Cli cli = Cli.run(args.toArray());
      assertThat(cli.status()).as(cli.out()).isEqualTo(ExitStatus.BAD_INPUT);
      assertThat(cli.err().lines()).as(cli.err()).hasSize(1);
      assertThat(cli.err())
          .contains("no host memory for a run on signal " + name, "134217728", "2147483648");
      assertThat(cli.err()).contains("-Dsgconv.host.memory").doesNotContain("NaN");
    }
  }

  /**
   * With what was asked for in the beginning it comes to its end, with a byte less it begins not.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1x1: --preset hall",
        "2x1: --preset standard --hidden 3 --rows 2",
        "2x5: --preset path-x --rows 3",
        "1x3: --preset standard --mode circular --rows 100"
      })
  void whatIsNotRefusedFirstIsNotRefusedLater(String what) throws IOException {
    String[] parts = what.split(": ", 2);
    String[] rows = parts[0].split("x", 2);
    Path input =
        SampleFiles.tensor(
            folder.resolve("in.safetensors"),
            "u",
            Long.parseLong(rows[0]),
            Long.parseLong(rows[1]),
            50_021);
    List<Object> args = new ArrayList<>(List.of("run", input, "--backend", "cpu"));
    args.addAll(List.of(parts[1].split(" ", -1)));
    allow(held + (1 << 20));
    long[] tensors = asked(Cli.run(args.toArray()));
    long beforePlan = tensors[0] + tensors[1];
    allow(beforePlan);
    long[] plan = asked(Cli.run(args.toArray()));
    assertThat(plan[1]).isEqualTo(beforePlan);
    allow(beforePlan + plan[0] - 1);
    assertThat(asked(Cli.run(args.toArray()))).isEqualTo(plan);
    allow(beforePlan + plan[0] + SMALL_TENSORS);
    Cli cli = Cli.run(args.toArray());
    assertThat(cli.status()).as(cli.err()).isZero();
  }

  /** Bytes that a refusal names: needed, and held already. */
  private static long[] asked(Cli cli) {
    Matcher text = ASKED.matcher(cli.err());
    assertThat(text.find()).as(cli.out() + cli.err()).isTrue();
    return new long[] {Long.parseLong(text.group(1)), Long.parseLong(text.group(2))};
  }

  /** Nor is more asked for than a run takes. */
  @Test
  @SuppressWarnings("try") // the spectrum is measured while it is open, not used
  void asksForWhatARunHolds() throws IOException {
    Path input = SampleFiles.tensor(folder.resolve("in.safetensors"), "u", 2, 3, 50_021);
    try (SignalSource source = SignalReader.open(input, "u", OptionalInt.empty(), note -> {})) {
      SignalForm form = source.form();
      try (KernelAndSkip layer =
          Preset.PATH_X.layer(3, form.length(), OptionalInt.empty(), null, null, 1)) {
        long needed = refused(layer, form);
        try (LongConvolution plan = RunPlan.create(Backends.cpu(), layer, form, 0)) {
          long before = HostMemory.heldBytes();
          try (Signal signal = source.read();
              LayerRun run = new LayerRun(plan, layer, signal.values())) {
            long after = HostMemory.heldBytes();
            try (KernelSpectrum spectrum = plan.prepare(run.kernel())) {
              long taken = after - before - (HostMemory.heldBytes() - after);
              assertThat(taken - needed).as("of small tensors").isBetween(0L, SMALL_TENSORS);
            }
          }
        }
      }
    }
  }

  private long refused(KernelAndSkip layer, SignalForm form) {
    allow(held + 1);
    try (LongConvolution plan = RunPlan.create(Backends.cpu(), layer, form, 0)) {
      throw new AssertionError(plan + " has been made without any memory");
    } catch (HostMemoryException e) {
      return e.bytes();
    } finally {
      System.clearProperty(HostMemory.PROPERTY);
    }
  }
}
