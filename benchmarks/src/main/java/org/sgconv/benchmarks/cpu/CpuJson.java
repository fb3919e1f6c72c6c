package org.sgconv.benchmarks.cpu;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.util.OptionalDouble;
import org.sgconv.benchmarks.limit.MachineLimits;
import org.sgconv.benchmarks.peers.Library;

/** The results as JSON. */
public final class CpuJson {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final CpuResults results;

  /** The JSON of {@code results}. */
  public CpuJson(CpuResults results) {
    this.results = results;
  }

  /** Writes it, indented. */
  public void writeTo(OutputStream out) throws IOException {
    ObjectNode root = MAPPER.createObjectNode();
    describe(root);
    ArrayNode list = root.putArray("results");
    for (Measurement measurement : results.measurements()) {
      add(list.addObject(), measurement);
    }
    out.write(MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
    out.write('\n');
  }

  private void describe(ObjectNode root) {
    Machine machine = results.machine();
    root.put("time", machine.time().toString());
    root.put("commit", machine.commit());
    root.put("jdk", machine.jdk());
    root.put("system", machine.system());
    root.put("cpu", machine.cpu());
    root.put("processors", machine.processors());
    root.put("threads", results.plan().threads());
    root.put("tier", machine.tier());
    root.put("loadAverage", machine.loadAverage());
    root.put("rounds", results.plan().rounds());
    root.put("measuredMsPerRound", results.plan().measurement().toMillis());
    MachineLimits limits = results.limits();
    ObjectNode measured = root.putObject("limits");
    measured.put("tier", limits.tier());
    measured.put("copiedBytes", limits.copiedBytes());
    measured.put("copyBytesPerSecond", limits.copyBandwidth());
    measured.put("streamingCopyBytesPerSecond", limits.streamingBandwidth());
    measured.put("multiplyAddFlopsPerSecond", limits.flops());
    ObjectNode libraries = root.putObject("libraries");
    for (Library library : results.plan().libraries()) {
      libraries.put(library.id(), library.description());
    }
  }

  private void add(ObjectNode node, Measurement measurement) {
    BenchmarkCase what = measurement.what();
    node.put("operation", what.operation().id());
    node.put("shape", what.shape().toString());
    node.put("library", measurement.contender().library().id());
    node.put("mallocTuned", measurement.contender().tuned());
    ObjectNode environment = node.putObject("environment");
    measurement.contender().environment(System.getenv()).forEach(environment::put);
    if (!measurement.isComplete()) {
      node.put("failure", measurement.failure());
      return;
    }
    node.put("medianMs", measurement.medianMs());
    ArrayNode rounds = node.putArray("roundMediansMs");
    ArrayNode invocations = node.putArray("roundInvocations");
    for (Sample sample : measurement.samples()) {
      rounds.add(sample.medianMs());
      invocations.add(sample.invocations());
    }
    node.put("limitMs", 1e3 * results.limits().seconds(what.operation().work(what.shape())));
    node.put("partOfLimit", measurement.partOfLimit(results.limits()));
    node.put("gigabytesPerSecond", measurement.gigabytesPerSecond());
    OptionalDouble best = results.bestPeerMs(what);
    best.ifPresent(ms -> node.put("timesBestPeer", ms / measurement.medianMs()));
    node.put("bytesPerOperation", measurement.bytesPerOperation());
    node.put("callerBytesPerOperation", measurement.callerBytesPerOperation());
    node.put("allocatesTooMuch", measurement.allocatesTooMuch());
    node.put("relativeError", measurement.relativeError());
  }
}
