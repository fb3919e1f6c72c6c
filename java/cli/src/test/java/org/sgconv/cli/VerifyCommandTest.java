package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.ConvolutionMode;
import org.sgconv.tensor.Tensor;

class VerifyCommandTest {

  @TempDir Path folder;

  @Test
  @DisabledIfSystemProperty(
      named = "sgconv.native.skip",
      matches = "true",
      disabledReason = "a pure Java build has only the reference, which nothing verifies")
  void passesOnTheBestBackend() {
    long before = Tensor.openCount();
    Cli cli = Cli.run("verify", "--quick", "--seed", 7);
    assertThat(cli.status()).as(cli.out() + cli.err()).isZero();
    assertThat(cli.out())
        .contains("seed 7", "causal", "bidirectional", "circular", "4097", "passed");
    assertThat(cli.out())
        .contains("kernel concatenate linear geometric", "kernel sum nearest power");
    assertThat(Tensor.openCount()).isEqualTo(before);
  }

  @Test
  void namesTheFailingCaseAndHowToReplayIt() {
    Cli cli = Cli.run("verify", "--quick", "--seed", 7, "--backend", "broken");
    assertThat(cli.status()).isEqualTo(ExitStatus.CHECK_FAILED);
    assertThat(cli.err()).contains("cases on broken are off");
    Matcher replay =
        Pattern.compile("replay: \\./sgconv (verify --backend broken --seed 7 --case (\\S+))")
            .matcher(cli.out());
    assertThat(replay.find()).as(cli.out()).isTrue();
    assertThat(replay.group(2)).startsWith("causal:17:");
    Cli again = Cli.run((Object[]) replay.group(1).split(" "));
    assertThat(again.status()).isEqualTo(ExitStatus.CHECK_FAILED);
    assertThat(again.out()).contains("y is off by", "1 case");
    String sound = replay.group(2).replace(":17:", ":16:");
    Cli other = Cli.run("verify", "--backend", "broken", "--seed", 7, "--case", sound);
    assertThat(other.status()).as(other.out()).isZero();
  }

  @Test
  void findsAWrongLagAndAWrongGradientOfAKernel() {
    String wrong = "kernel:sum:nearest:power:5x2x0x1x24:23";
    Cli cli = Cli.run("verify", "--backend", "broken", "--case", wrong);
    assertThat(cli.status()).as(cli.err()).isEqualTo(ExitStatus.CHECK_FAILED);
    assertThat(cli.out()).contains("kernel is off by", "gradient of the weights is off by");
    String sound = wrong.replace(":23", ":22");
    Cli other = Cli.run("verify", "--backend", "broken", "--case", sound);
    assertThat(other.status()).as(other.out()).isZero();
  }

  /** In a row of this case two weights leave a hundredth of them in each lag. */
  @Test
  @DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
  void errorsOfKernelsAreRelativeToTheirTerms() {
    String cancelling = "kernel:sum:nearest:power:1x2x2x1x29:4";
    Cli cli = Cli.run("verify", "--backend", "cpu", "--seed", 7, "--case", cancelling);
    assertThat(cli.status()).as(cli.out()).isZero();
  }

  /**
   * Kernels of other lengths than the signal, and rows of several lengths: a sweep draws both, and
   * finds what is wrong with them alone; a case that it names is found to be off again.
   */
  @Test
  void findsWhatIsWrongWithKernelLengthsAndRows() throws IOException {
    Path json = folder.resolve("outcome.json");
    String chosen =
        "verify --backend broken --seed 7 --signals all --lengths 257,997 --json " + json;
    Cli cli = Cli.run((Object[]) chosen.split(" "));
    assertThat(cli.status()).as(cli.err()).isEqualTo(ExitStatus.CHECK_FAILED);
    List<String> failed = new ArrayList<>();
    new ObjectMapper()
        .readTree(json.toFile())
        .get("failedCases")
        .forEach(id -> failed.add(id.asText()));
    assertFound(failed, ":257:", ":k=");
    assertFound(failed, ":997:", ":rows=");
  }

  /** Cases of that length failed, each of them for what it has besides, which is tried. */
  private static void assertFound(List<String> failed, String length, String besides) {
    List<String> found = failed.stream().filter(id -> id.contains(length)).toList();
    assertThat(found).isNotEmpty().allMatch(id -> id.contains(besides));
    String id = found.getFirst();
    Cli again = Cli.run("verify", "--seed", 7, "--backend", "broken", "--case", id);
    assertThat(again.status()).as(again.out()).isEqualTo(ExitStatus.CHECK_FAILED);
    assertThat(again.out()).contains("y is off by", "--seed 7 --case " + id);
    String sound = id.replaceFirst(besides + "[0-9,]+", "");
    Cli other = Cli.run("verify", "--seed", 7, "--backend", "broken", "--case", sound);
    assertThat(other.status()).as(other.out()).isZero();
  }

  /** What a program asks: which signals at which lengths, and what came of them. */
  @Test
  void chosenSignalsHaveAnOutcomeEach() throws IOException {
    Path json = folder.resolve("outcome.json");
    Cli cli =
        Cli.run(
            "verify",
            "--backend",
            "broken",
            "--signals",
            "noise,impulse-last",
            "--lengths",
            "16,17",
            "--json",
            json);
    assertThat(cli.status()).as(cli.err()).isEqualTo(ExitStatus.CHECK_FAILED);
    JsonNode root = new ObjectMapper().readTree(json.toFile());
    assertThat(root.get("passed").asBoolean()).isFalse();
    int modes = ConvolutionMode.values().length;
    assertThat(root.get("failedCases"))
        .hasSize(2 * modes)
        .allMatch(id -> id.asText().contains(":17:"));
    assertThat(root.get("classes")).hasSize(4);
    for (JsonNode each : root.get("classes")) {
      boolean broken = each.get("length").asInt() == 17;
      assertThat(each.get("failed").asInt()).isEqualTo(broken ? modes : 0);
      assertThat(each.get("fractionOfBound").asDouble() > 1).isEqualTo(broken);
    }
    String replay = root.get("failedCases").get(0).asText();
    assertThat(Cli.run("verify", "--backend", "broken", "--case", replay).status())
        .isEqualTo(ExitStatus.CHECK_FAILED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--signals noise,whistle | whistle",
        "--signals noise --lengths 0 | 0",
        "--signals noise --quick | --quick",
        "--case causal:4:1x1x1:whistle | whistle",
        "--case causal:4:1x1x1 --signals noise | --case"
      })
  void whatCannotBeVerifiedIsNamed(String arguments, String named) {
    Cli cli = Cli.run((Object[]) ("verify --backend broken " + arguments).split(" "));
    assertThat(cli.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(cli.err()).contains(named);
  }
}
