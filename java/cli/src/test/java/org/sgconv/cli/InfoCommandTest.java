package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

class InfoCommandTest {

  @Test
  void listsBackendsAndWhyOneIsNotThere() {
    Cli cli = Cli.run("info");
    assertThat(cli.status()).isZero();
    assertThat(cli.out()).contains("backend reference", "instructions", "threads", "native access");
    assertThat(cli.out())
        .contains(
            """
            backend absent
              not available:
              no library of that name: install it
                tried /first/place
                tried /second/place
                  noexec
            """);
  }

  @Test
  void listsDevicesThatAreLeftOutAndWhy() throws IOException {
    assertThat(Cli.run("info").out())
        .containsPattern("(?m)^  device +none$\\n^  left out +device 7: too old$");
    JsonNode facts = new ObjectMapper().readTree(Cli.run("info", "--json").out());
    assertThat(facts.get("backends"))
        .anyMatch(each -> each.get("leftOut").toString().equals("[\"device 7: too old\"]"));
  }

  /** It is loaded with the first linear map, so the command computes one. */
  @Test
  @DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
  void listsTheLibraryOfMatrixProducts() {
    assertThat(Cli.run("info").out())
        .containsPattern(
            "(?m)^ +library +/\\S+/libopenblas\\S+ \\d+\\.\\d+\\.\\d+ \\(OpenBLAS, \\w+\\)$");
  }

  @Test
  void endsWithTheReasonWhereARequiredBackendIsAbsent() {
    Cli cli = Cli.run("info", "--require", "absent");
    assertThat(cli.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(cli.out()).contains("backend reference", "tried /first/place");
    assertThat(cli.err().lines()).hasSize(1);
    assertThat(cli.err()).contains("'absent' is not available: no library of that name");
    assertThat(Cli.run("info", "--require", "reference").status()).isZero();
  }

  @Test
  void printsJson() throws IOException {
    Cli cli = Cli.run("info", "--json");
    assertThat(cli.status()).isZero();
    JsonNode facts = new ObjectMapper().readTree(cli.out());
    assertThat(facts.get("java").get("version").asText()).startsWith("25");
    JsonNode reference = null;
    for (JsonNode backend : facts.get("backends")) {
      if (backend.get("name").asText().equals("reference")) {
        reference = backend;
      }
    }
    assertThat(reference).isNotNull();
    assertThat(reference.get("available").asBoolean()).isTrue();
  }

  @Test
  void helpNamesTheCommands() {
    Cli cli = Cli.run("--help");
    assertThat(cli.status()).isZero();
    assertThat(cli.out()).contains("run", "verify", "info", "bundle");
    assertThat(Cli.run("run", "--help").out())
        .contains("--checkpoint", "--layer", "--plot", "--backend");
    assertThat(Cli.run("--version").out()).startsWith("sgconv ");
  }
}
