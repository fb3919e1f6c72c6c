package org.sgconv.cli.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sgconv.cli.verify.VerifyCase.Result;
import org.sgconv.oracle.Deviation;

/** What programs read of a sweep. */
class VerifyReportTest {

  private static Deviation used(double fraction) {
    return new Deviation(fraction, 1e-6 * fraction, false, 0, 0, 1, 1);
  }

  @Test
  void hasEveryClassAtEveryLength() throws IOException {
    VerifyReport report = new VerifyReport();
    report.add(
        VerifyCase.parse("causal:256:2x1x1:noise"),
        Map.of(Result.OUTPUT, used(0.25), Result.INPUT_GRADIENT, used(0.5)),
        "");
    report.add(VerifyCase.parse("circular:256:2x1x1:noise"), Map.of(Result.OUTPUT, used(3)), "off");
    report.add(
        VerifyCase.parse("causal:1000:2x1x1:impulse-last"),
        Map.of(Result.OUTPUT, used(Double.POSITIVE_INFINITY)),
        "off");
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    report.writeTo("cpu", 7, json);
    JsonNode root = new ObjectMapper().readTree(json.toByteArray());
    assertThat(root.get("passed").asBoolean()).isFalse();
    assertThat(root.get("cases").asInt()).isEqualTo(3);
    JsonNode noise = root.get("classes").get(0);
    assertThat(noise.get("signals").asText()).isEqualTo("noise");
    assertThat(noise.get("length").asInt()).isEqualTo(256);
    assertThat(noise.get("cases").asInt()).isEqualTo(2);
    assertThat(noise.get("failed").asInt()).isEqualTo(1);
    assertThat(noise.get("fractionOfBound").asDouble()).isEqualTo(3);
    assertThat(root.get("classes").get(1).get("fractionOfBound").isNull()).isTrue();
    assertThat(root.get("failedCases").get(0).asText()).isEqualTo("circular:256:2x1x1:noise");
  }
}
