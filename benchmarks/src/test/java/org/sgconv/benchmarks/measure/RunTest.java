package org.sgconv.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.HeapUse;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.ResultCheck;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.benchmarks.model.Times;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.benchmarks.report.Made;
import org.sgconv.cli.report.Progress;

/** Who has a turn when, and what becomes of those that fail. */
final class RunTest {

  private static final BenchmarkCase FIRST =
      new BenchmarkCase(Operation.FORWARD, new Workload(1, 1, 64));
  private static final BenchmarkCase SECOND =
      new BenchmarkCase(Operation.STEP, new Workload(1, 1, 64));
  private static final Contender OURS = Contender.of(Library.SGCONV);
  private static final Contender PEER = Contender.of(Library.MKL);
  private static final Contender BRIEF = Contender.of(Library.JAVA);
  private static final Contender BESIDE = Contender.of(Library.PYTORCH);

  private final List<String> turns = new ArrayList<>();
  private final List<Results> kept = new ArrayList<>();

  /** Three rounds, of which the brief one has one; PyTorch is known at the beginning. */
  private class Scripted implements Bench {

    private boolean begun;

    /** What a turn does; this one takes ever longer. */
    Measurement turn(BenchmarkCase what, Contender contender) {
      return new Measurement(
          what,
          contender,
          Map.of(),
          new Times(List.of((double) turns.size()), 10),
          List.of(new HeapUse(turns.size(), 0)),
          null,
          List.of(new ResultCheck("y", 1e-7 * turns.size(), 0.1)),
          null,
          null);
    }

    void open(BenchmarkCase what) {
      turns.add("open " + what.operation().id());
    }

    @Override
    public List<BenchmarkCase> cases() {
      return List.of(FIRST, SECOND);
    }

    @Override
    public List<Contender> contenders(BenchmarkCase what) {
      return List.of(OURS, PEER, BRIEF);
    }

    @Override
    public int rounds(Contender contender, BenchmarkCase what) {
      return contender.equals(BRIEF) ? 1 : 3;
    }

    @Override
    public double expectedSeconds(Contender contender, BenchmarkCase what) {
      return 1;
    }

    @Override
    public void begin(Progress progress, Listener listener) throws IOException {
      begun = true;
      listener.measured();
    }

    @Override
    public List<Measurement> known(BenchmarkCase what) {
      return begun ? List.of(Measurement.failed(what, BESIDE, "beside")) : List.of();
    }

    @Override
    public StartedCase start(BenchmarkCase what, Progress progress) {
      open(what);
      return new StartedCase() {
        @Override
        public Measurement measure(Contender contender) {
          turns.add(contender.toString());
          return turn(what, contender);
        }

        @Override
        public void close() {
          turns.add("close");
        }
      };
    }

    @Override
    public Results results(List<Measurement> measurements, boolean finished) {
      return Made.onDevice(finished, measurements.toArray(Measurement[]::new));
    }

    @Override
    public void close() {}
  }

  private Results run(Bench bench) throws Exception {
    try (Progress progress = Progress.onStandardError("bench", Run.turns(bench), false)) {
      return new Run(bench, progress, kept::add).run();
    }
  }

  @Test
  void roundsGoOverAllContendersOfACase() throws Exception {
    Results results = run(new Scripted());
    assertThat(Run.turns(new Scripted())).isEqualTo(2 * (3 + 3 + 1));
    List<String> ofCase =
        List.of("sgconv", "mkl", "java", "sgconv", "mkl", "sgconv", "mkl", "close");
    assertThat(turns.subList(0, 9))
        .startsWith("open forward")
        .endsWith(ofCase.toArray(String[]::new));
    assertThat(turns.subList(9, 18))
        .startsWith("open step")
        .endsWith(ofCase.toArray(String[]::new));
    assertThat(results.measurements())
        .extracting(Measurement::contender)
        .containsExactly(OURS, PEER, BRIEF, BESIDE, OURS, PEER, BRIEF, BESIDE);
    Measurement ours = results.measurements().getFirst();
    assertThat(ours.times()).isEqualTo(new Times(List.of(2.0, 5.0, 7.0), 30));
    assertThat(ours.medianMs()).isEqualTo(5);
    assertThat(ours.times().spread()).isEqualTo(3.5);
    assertThat(ours.bytesPerOperation()).isEqualTo(5);
    assertThat(ours.checks()).as("the worst").containsExactly(new ResultCheck("y", 7e-7, 0.1));
  }

  @Test
  void whatThereIsIsKeptAfterEachCase() throws Exception {
    Results whole = run(new Scripted());
    // What is known at the beginning, then each case with what is known of the others.
    assertThat(kept).extracting(each -> each.measurements().size()).containsExactly(2, 5, 8);
    assertThat(kept).noneMatch(Results::finished);
    assertThat(whole.finished()).isTrue();
    assertThat(whole.measurements()).isEqualTo(kept.getLast().measurements());
  }

  @Test
  void aContenderThatFailedHasNoFurtherTurn() throws Exception {
    Results results =
        run(
            new Scripted() {
              @Override
              Measurement turn(BenchmarkCase what, Contender contender) {
                if (contender.equals(PEER) && turns.size() > 3) {
                  throw new ContenderFailedException("crashed", null);
                }
                return super.turn(what, contender);
              }
            });
    assertThat(turns.subList(0, 8))
        .containsExactly(
            "open forward", "sgconv", "mkl", "java", "sgconv", "mkl", "sgconv", "close");
    assertThat(results.of(FIRST).get(1)).isEqualTo(Measurement.failed(FIRST, PEER, "crashed"));
    assertThat(results.of(FIRST).getFirst().isComplete()).isTrue();
  }

  @Test
  void aCaseThatCannotBeMeasuredFailsAllAndTheNextIsMeasured() throws Exception {
    Results results =
        run(
            new Scripted() {
              @Override
              void open(BenchmarkCase what) {
                if (what.equals(FIRST)) {
                  throw new ContenderFailedException("no room", null);
                }
                super.open(what);
              }
            });
    assertThat(results.of(FIRST))
        .extracting(Measurement::failure)
        .containsExactly("no room", "no room", "no room", "beside");
    assertThat(results.of(SECOND).getFirst().isComplete()).isTrue();
    assertThat(turns).startsWith("open step");
  }
}
