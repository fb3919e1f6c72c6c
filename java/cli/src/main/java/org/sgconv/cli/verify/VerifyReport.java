package org.sgconv.cli.verify;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sgconv.cli.verify.VerifyCase.Group;
import org.sgconv.cli.verify.VerifyCase.Result;
import org.sgconv.oracle.Deviation;

/** What came of the cases of a sweep, for people a line a group and for programs a class each. */
public final class VerifyReport {

  private final Map<Group, GroupReport> groups = new LinkedHashMap<>();
  private final Map<Group, GroupReport> classes = new LinkedHashMap<>();
  private final List<String> failures = new ArrayList<>();
  private final List<String> failedCases = new ArrayList<>();
  private int cases;

  /**
   * Adds what came of a case.
   *
   * @param deviations none if it ended with an error
   * @param failure what is wrong, in words; empty if nothing is
   */
  public void add(VerifyCase what, Map<Result, Deviation> deviations, String failure) {
    boolean passed = failure.isEmpty();
    cases++;
    groups.computeIfAbsent(what.group(), key -> new GroupReport()).add(deviations, passed);
    Group signals = new Group(what.signalsId(), what.lengthId());
    classes.computeIfAbsent(signals, key -> new GroupReport()).add(deviations, passed);
    if (!passed) {
      failures.add(what.id() + ": " + failure);
      failedCases.add(what.id());
    }
  }

  /** Each line of the table. */
  public Map<Group, GroupReport> groups() {
    return groups;
  }

  /** Every case that failed, in words. */
  public List<String> failures() {
    return failures;
  }

  /**
   * Writes JSON: {@code classes} has an object for each class of signals at each length, with
   * {@code signals}, {@code length}, {@code cases}, {@code failed}, and the worst {@code
   * fractionOfBound} and {@code relativeError} of all its results, null where a result is not
   * finite; {@code failedCases} has what {@code --case} takes.
   */
  public void writeTo(String backend, long seed, OutputStream out) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("backend", backend);
    root.put("seed", seed);
    root.put("cases", cases);
    root.put("passed", failures.isEmpty());
    ArrayNode all = root.putArray("classes");
    classes.forEach(
        (signals, report) -> {
          Deviation worst = report.forward().worst(report.backward());
          ObjectNode node = all.addObject();
          node.put("signals", signals.what());
          node.put("length", Integer.parseInt(signals.length()));
          node.put("cases", report.cases());
          node.put("failed", report.failures());
          put(node, "fractionOfBound", worst.fraction());
          put(node, "relativeError", worst.relative());
        });
    ArrayNode failed = root.putArray("failedCases");
    failedCases.forEach(failed::add);
    out.write(mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
  }

  private static void put(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }
}
