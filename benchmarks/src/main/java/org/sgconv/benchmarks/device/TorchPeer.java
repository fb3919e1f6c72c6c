package org.sgconv.benchmarks.device;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Times;
import org.sgconv.cli.report.TemporaryPath;

/** PyTorch in the same cases, by a Python script of ours, where python3 has it with CUDA. */
final class TorchPeer {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String SCRIPT = "torch_convolution.py";

  private TorchPeer() {}

  /**
   * What came of it.
   *
   * @param version of PyTorch, or why it was not measured
   * @param results as the script gave them, by case
   */
  record Outcome(String version, List<JsonNode> results) {

    static Outcome absent(String reason) {
      return new Outcome("not measured: " + reason, List.of());
    }

    /** What it had measured until then stays. */
    Outcome ended(String how) {
      return results.isEmpty() ? absent(how) : new Outcome(version + ", " + how, results);
    }

    /** Measurements of one case. */
    List<Measurement> of(BenchmarkCase what) {
      return results.stream()
          .filter(each -> each.path("case").asText().equals(what.toString()))
          .map(each -> measurement(what, each))
          .toList();
    }

    private static Measurement measurement(BenchmarkCase what, JsonNode result) {
      Contender contender = new Contender(Library.PYTORCH, result.path("path").asText());
      if (result.hasNonNull("failure")) {
        return Measurement.failed(what, contender, result.get("failure").asText());
      }
      List<Double> samples = new ArrayList<>();
      result.get("samplesMs").forEach(sample -> samples.add(sample.asDouble()));
      return new Measurement(
          what,
          contender,
          Map.of(),
          new Times(samples, result.get("calls").asLong()),
          List.of(),
          result.get("peakBytes").asLong(),
          List.of(),
          null,
          null);
    }
  }

  /** Sees what there is after each result. */
  @FunctionalInterface
  interface Listener {
    void measured(Outcome soFar) throws IOException;
  }

  /** Runs the script in a process of its own and waits. */
  static Outcome measure(List<BenchmarkCase> cases, DevicePlan plan, Listener listener)
      throws IOException {
    try (TemporaryPath script = TemporaryPath.file(".py");
        TemporaryPath request = TemporaryPath.file(".json");
        InputStream source = TorchPeer.class.getResourceAsStream(SCRIPT)) {
      if (source == null) {
        throw new IOException(SCRIPT + " is not in the benchmarks' jar: build it again");
      }
      Files.copy(source, script.path(), StandardCopyOption.REPLACE_EXISTING);
      Files.write(request.path(), MAPPER.writeValueAsBytes(request(cases, plan)));
      return run(
          List.of("python3", script.path().toString(), request.path().toString()),
          plan.torchLimit(),
          listener);
    }
  }

  private static ObjectNode request(List<BenchmarkCase> cases, DevicePlan plan) {
    ObjectNode request = MAPPER.createObjectNode();
    request.put("seconds", plan.measurement().toNanos() * 1e-9);
    request.put("rotation", plan.rotation());
    ArrayNode list = request.putArray("cases");
    for (BenchmarkCase each : cases) {
      ObjectNode node = list.addObject();
      node.put("case", each.toString());
      node.put("batch", each.shape().batch());
      node.put("hidden", each.shape().hidden());
      node.put("length", each.shape().length());
      node.put("type", each.typeName());
      node.put("operation", each.operation().id());
    }
    return request;
  }

  /**
   * Runs a command that prints what the script does: a line of JSON about itself and one a result.
   *
   * @param limit after which it is ended: importing PyTorch alone may take minutes, or for ever
   */
  static Outcome run(List<String> command, Duration limit, Listener listener) throws IOException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException absent) {
      return Outcome.absent("there is no " + command.getFirst());
    }
    AtomicBoolean late = new AtomicBoolean();
    Thread.ofVirtual().start(() -> endAfter(limit, process, late));
    String program = command.getFirst();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      Outcome outcome = read(lines, listener);
      int status = process.waitFor();
      if (late.get()) {
        return outcome.ended(program + " was ended after " + limit.toSeconds() + " s");
      }
      return status == 0 ? outcome : outcome.ended(program + " ended with status " + status);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Outcome.absent("interrupted");
    } finally {
      process.destroyForcibly();
    }
  }

  private static void endAfter(Duration limit, Process process, AtomicBoolean late) {
    try {
      if (!process.waitFor(limit)) {
        late.set(true);
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Outcome read(BufferedReader lines, Listener listener) throws IOException {
    Outcome outcome = Outcome.absent("its script printed nothing");
    List<JsonNode> results = new ArrayList<>();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonNode answer;
      try {
        answer = MAPPER.readTree(line);
      } catch (JsonProcessingException e) {
        return outcome.ended("its script printed no JSON: " + e.getOriginalMessage());
      }
      if (answer.has("absent")) {
        return Outcome.absent(answer.get("absent").asText());
      }
      if (answer.has("version")) {
        outcome = new Outcome(answer.get("version").asText(), List.of());
        continue;
      }
      results.add(answer);
      outcome = new Outcome(outcome.version(), List.copyOf(results));
      listener.measured(outcome);
    }
    return outcome;
  }
}
