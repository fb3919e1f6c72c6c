package org.sgconv.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.sgconv.tensor.Tensor;

class VerifyCommandTest {

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
}
