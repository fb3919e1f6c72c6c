package org.sgconv.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sgconv.InvalidFileException;

/** What a header costs that somebody made to cost much: a few times its size, and little time. */
class HeaderCostTest {

  private static final int SIZE = 1_000_000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path folder;

  private static Map<String, Supplier<String>> hostileHeaders() {
    String member = "{\"t\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0],%s}}";
    String metadata = "{\"__metadata__\":{%s}}";
    String name = "{\"%s\":{\"dtype\":\"X\",\"shape\":[],\"data_offsets\":[0,0]}}";
    return Map.ofEntries(
        Map.entry("tensors", () -> tensors(HeaderCostTest::key, "F32", "[0]")),
        Map.entry("scalars of types nobody knows", () -> tensors(HeaderCostTest::key, "", "[]")),
        Map.entry("a type of its own each", () -> tensors(HeaderCostTest::key, "%s", "[0]")),
        Map.entry("tensors of one hash", () -> tensors(HeaderCostTest::collidingKey, "F32", "[0]")),
        Map.entry("tensors in the wrong order", () -> backwards()),
        Map.entry(
            "long shapes", () -> tensors(HeaderCostTest::key, "", "[" + "1,".repeat(999) + "1]")),
        Map.entry("one long shape", () -> "{\"t\":{\"shape\":[" + fill(i -> "1") + "]}}"),
        Map.entry("empty strings", () -> metadata.formatted(fill(i -> '"' + key(i) + "\":\"\""))),
        Map.entry("short strings", () -> metadata.formatted(fill(i -> '"' + key(i) + "\":\"ab\""))),
        Map.entry(
            "strings of one hash", () -> metadata.formatted(fill(i -> collision(i) + ":\"\""))),
        Map.entry("one key", () -> metadata.formatted(fill(i -> "\"a\":\"\""))),
        Map.entry("one long string", () -> metadata.formatted("\"a\":\"" + "x".repeat(SIZE) + '"')),
        Map.entry("escapes", () -> metadata.formatted("\"a\":\"" + "\\n".repeat(SIZE / 2) + '"')),
        Map.entry("a name of escapes", () -> name.formatted("\\u00e9".repeat(SIZE / 6))),
        Map.entry("a name beyond latin", () -> name.formatted("x".repeat(SIZE) + "鍵")),
        Map.entry("small members", () -> member.formatted(fill(i -> "\"\":1"))),
        Map.entry("members of escapes", () -> member.formatted(fill(i -> "\"\\n\":1"))),
        Map.entry("a huge number", () -> member.formatted("\"x\":" + "9".repeat(SIZE))),
        Map.entry("a huge size", () -> "{\"t\":{\"shape\":[" + "9".repeat(SIZE) + "]}}"),
        Map.entry("a huge type", () -> "{\"t\":{\"dtype\":" + "9".repeat(SIZE) + "}}"),
        Map.entry("literals", () -> member.formatted("\"x\":[" + fill(i -> "true") + "]")),
        Map.entry("many arrays", () -> member.formatted("\"x\":[" + fill(i -> "[]") + "]")),
        Map.entry("many objects", () -> member.formatted("\"x\":[" + fill(i -> "{}") + "]")),
        Map.entry("deep arrays", () -> member.formatted("\"x\":" + "[".repeat(SIZE))),
        Map.entry("deep objects", () -> member.formatted("\"x\":" + "{\"\":".repeat(SIZE / 4))),
        Map.entry("spaces", () -> "{" + " ".repeat(SIZE) + "}"),
        Map.entry("nothing", () -> "\0".repeat(SIZE)));
  }

  private static String fill(IntFunction<String> part) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < SIZE; i++) {
      text.append(i == 0 ? "" : ",").append(part.apply(i));
    }
    return text.toString();
  }

  private static String tensors(IntFunction<String> name, String dtype, String shape) {
    return "{"
        + fill(
            i ->
                "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[0,0]}"
                    .formatted(name.apply(i), dtype.formatted(name.apply(i)), shape))
        + "}";
  }

  private static String backwards() {
    int count = SIZE / 60;
    return IntStream.range(0, count)
        .map(i -> count - 1 - i)
        .mapToObj(
            i ->
                "\"%s\":{\"dtype\":\"\",\"shape\":[],\"data_offsets\":[%d,%d]}"
                    .formatted(key(i), i, i + 1))
        .collect(Collectors.joining(",", "{", "}"));
  }

  /** As short as keys that differ can be. */
  private static String key(int i) {
    return Integer.toString(i, Character.MAX_RADIX);
  }

  /** Keys of one {@code String.hashCode}. */
  private static String collidingKey(int i) {
    StringBuilder key = new StringBuilder();
    for (int bit = 0; bit < 17; bit++) {
      key.append((i >> bit & 1) == 0 ? "Aa" : "BB");
    }
    return key.toString();
  }

  private static String collision(int i) {
    return '"' + collidingKey(i) + (i >> 17) + '"';
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void isBounded(String which) throws IOException {
    byte[] header = hostileHeaders().get(which).get().getBytes(UTF_8);
    Path path =
        Files.write(folder.resolve("raw"), RawFile.bytes(header.length, header, new byte[0]));
    if (which.equals("tensors in the wrong order")) {
      path = Files.write(path, RawFile.bytes(header.length, header, new byte[SIZE / 60]));
    }
    long id = Thread.currentThread().threadId();
    long start = threads.getCurrentThreadCpuTime();
    long before = threads.getThreadAllocatedBytes(id);
    String outcome = openAndList(path);
    long allocated = threads.getThreadAllocatedBytes(id) - before;
    Duration time = Duration.ofNanos(threads.getCurrentThreadCpuTime() - start);
    assertThat(allocated)
        .as("%.2f times the header: %s", (double) allocated / header.length, outcome)
        .isLessThan(8L * header.length);
    assertThat(time).isLessThan(Duration.ofSeconds(10));
  }

  static List<String> names() {
    return hostileHeaders().keySet().stream().sorted().toList();
  }

  private static String openAndList(Path path) {
    try (Safetensors file = Safetensors.open(path)) {
      return file.entries().size() + " tensors, " + file.metadata().size() + " strings";
    } catch (InvalidFileException e) {
      return String.valueOf(e.getMessage()).replaceFirst(".*raw: ", "");
    }
  }

  /** As many as the largest published models have. In processor time: others run beside this. */
  @Test
  void sixtyThousandTensorsOpenAtOnce() throws IOException {
    String header =
        IntStream.range(0, 60_000)
            .mapToObj(
                i ->
                    "\"model.layers.%d.mlp.experts.%d.down_proj.weight\":{\"dtype\":\"BF16\","
                            .formatted(i / 768, i % 768)
                        + "\"shape\":[1,2],\"data_offsets\":[%d,%d]}".formatted(4 * i, 4 * i + 4))
            .collect(Collectors.joining(",", "{", "}"));
    Path path = RawFile.write(folder, header, new byte[240_000]);
    Duration best = Duration.ofDays(1);
    for (int round = 0; round < 5; round++) {
      long start = threads.getCurrentThreadCpuTime();
      try (Safetensors file = Safetensors.open(path)) {
        assertThat(file.names()).hasSize(60_000);
      }
      Duration took = Duration.ofNanos(threads.getCurrentThreadCpuTime() - start);
      best = best.compareTo(took) < 0 ? best : took;
    }
    assertThat(best).isLessThan(Duration.ofMillis(300));
  }
}
