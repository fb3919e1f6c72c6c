package org.sgconv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.ServiceConfigurationError;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sgconv.spi.BackendProvider;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.KernelOperations;
import org.sgconv.tensor.DType;

class BackendCatalogueTest {

  private final Lines log = new Lines();
  private final Fake reference = new Fake("reference", 0, Optional.empty());
  private final Fake cpu = new Fake("cpu", 10, Optional.empty());
  private final Fake broken =
      new Fake("cuda", 20, Optional.of(new IllegalStateException("no driver found")));

  @Test
  void listsAllByRank() {
    assertThat(catalogue(reference, broken, cpu).all())
        .extracting(Backend::provider)
        .containsExactly(broken, cpu, reference);
  }

  @Test
  void findsByNameWhetherUsableOrNot() {
    BackendCatalogue catalogue = catalogue(reference, broken);
    assertThat(catalogue.named("cuda")).isEqualTo(Backend.of(broken));
    assertThatThrownBy(() -> catalogue.named("gpu"))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessage("unknown backend 'gpu'; known: cuda, reference");
  }

  @Test
  void takesTheBestUsableOneAndSaysWhyOnce() {
    BackendCatalogue catalogue = catalogue(reference, broken, cpu);
    assertThat(catalogue.best(null)).isEqualTo(Backend.of(cpu));
    assertThat(catalogue.best(null)).isEqualTo(Backend.of(cpu));
    assertThat(log.lines)
        .containsExactly(
            "INFO backend cpu chosen: highest rank of those available; not cuda (no driver found),"
                + " reference (ranks lower (0 < 10))");
  }

  @Test
  void doesNotProbeWhatRanksLower() {
    Fake untouchable =
        new Fake("reference", 0, Optional.empty()) {
          @Override
          public Optional<Throwable> unavailabilityCause() {
            throw new AssertionError("probed");
          }
        };
    assertThat(catalogue(untouchable, cpu).best(null)).isEqualTo(Backend.of(cpu));
  }

  /** Whoever names a number of threads does not start the pool of another number. */
  @Test
  void aNumberOfThreadsProbesNoOther() {
    Fake two = new Fake("cpu", 10, Optional.empty());
    Fake all =
        new Fake("cpu", 10, Optional.empty()) {
          @Override
          public Optional<Throwable> unavailabilityCause() {
            throw new AssertionError("probed");
          }

          @Override
          public BackendProvider withThreads(int threads) {
            return threads == 2 ? two : this;
          }
        };
    assertThat(catalogue(reference, all).withThreads("cpu", 2)).isEqualTo(Backend.of(two));
    assertThatThrownBy(() -> catalogue(reference).withThreads("cpu", 2))
        .hasMessage("unknown backend 'cpu'; known: reference");
  }

  @Test
  void anOverrideIsTakenWhateverItsRank() {
    BackendCatalogue catalogue = catalogue(reference, broken, cpu);
    assertThat(catalogue.best("reference")).isEqualTo(Backend.of(reference));
    assertThat(log.lines)
        .containsExactly(
            "INFO backend reference chosen: named by the system property sgconv.backend; not cuda"
                + " (no driver found), cpu (not asked for)");
  }

  @Test
  void anOverrideNeverFallsBack() {
    BackendCatalogue catalogue = catalogue(reference, broken, cpu);
    assertThatThrownBy(() -> catalogue.best("cuda"))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessage("backend 'cuda' is not available: no driver found")
        .hasRootCauseMessage("no driver found");
    assertThatThrownBy(() -> catalogue.best("gpu")).isInstanceOf(InvalidArgumentException.class);
    assertThat(log.lines).isEmpty();
  }

  @Test
  void noneUsableIsAnErrorWithEveryReason() {
    BackendCatalogue catalogue = catalogue(broken);
    assertThatThrownBy(() -> catalogue.best(null))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("cuda (no driver found)")
        .cause()
        .satisfies(
            cause -> assertThat(cause.getSuppressed()).contains(broken.unavailable.orElseThrow()));
    assertThatThrownBy(() -> catalogue().best(null))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("no provider of org.sgconv.spi.BackendProvider");
  }

  @Test
  void aSettingThatCannotBeMetIsAnErrorAndNeverSkipped() {
    InvalidSettingException cause = new InvalidSettingException("-Dx=y: no");
    Fake misconfigured = new Fake("cuda", 20, Optional.of(cause));
    BackendCatalogue catalogue = catalogue(reference, misconfigured, cpu);
    assertThatThrownBy(() -> catalogue.best(null)).isSameAs(cause);
    assertThatThrownBy(() -> catalogue.best("cuda")).isSameAs(cause);
    assertThatThrownBy(() -> catalogue.named("cuda")).isSameAs(cause);
    assertThat(catalogue.named("cpu")).isEqualTo(Backend.of(cpu));
    assertThat(catalogue.best("reference")).isEqualTo(Backend.of(reference));
    assertThat(catalogue.all()).contains(Backend.of(misconfigured));
  }

  @Test
  void anUnknownNameInThePropertyIsASettingThatCannotBeMet() {
    assertThatThrownBy(() -> catalogue(reference, cpu).best("bogus"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("-Dsgconv.backend=bogus: unknown backend; known: cpu, reference");
  }

  @Test
  void warnsOnceOfABackendThatIsThereAndDoesNotWork() {
    Fake damaged =
        new Fake("cuda", 20, Optional.of(new BackendFailureException("cuda", "damaged file")));
    BackendCatalogue catalogue = catalogue(reference, damaged, cpu);
    assertThat(catalogue.best(null)).isEqualTo(Backend.of(cpu));
    assertThat(catalogue.best(null)).isEqualTo(Backend.of(cpu));
    assertThat(log.lines)
        .filteredOn(line -> line.startsWith("WARNING"))
        .containsExactly("WARNING taking a slower backend: backend 'cuda' failed: damaged file");
  }

  @Test
  void refusesTwoOfOneName() {
    assertThatThrownBy(() -> catalogue(cpu, new Fake("cpu", 3, Optional.empty())))
        .isInstanceOf(BackendFailureException.class)
        .hasMessageContaining("'cpu'")
        .hasMessageContaining("two providers");
  }

  @Test
  void aProviderThatCannotBeMadeIsAnError() {
    Iterable<BackendProvider> providers =
        () ->
            new Iterator<>() {
              @Override
              public boolean hasNext() {
                return true;
              }

              @Override
              public BackendProvider next() {
                throw new ServiceConfigurationError(
                    "org.sgconv.spi.BackendProvider: Provider x.Y not found");
              }
            };
    assertThatThrownBy(() -> BackendCatalogue.load(providers, log))
        .isInstanceOf(BackendFailureException.class)
        .hasMessageContaining("Provider x.Y not found")
        .hasCauseInstanceOf(ServiceConfigurationError.class);
  }

  @Test
  void ensureAvailableCarriesTheCause() {
    Backend.of(cpu).ensureAvailable();
    assertThat(Backend.of(cpu).isAvailable()).isTrue();
    assertThat(Backend.of(broken).isAvailable()).isFalse();
    assertThatThrownBy(Backend.of(broken)::ensureAvailable)
        .isInstanceOf(BackendUnavailableException.class)
        .hasCause(broken.unavailable.orElseThrow());
  }

  private BackendCatalogue catalogue(BackendProvider... providers) {
    return BackendCatalogue.load(List.of(providers), log);
  }

  private static class Fake implements BackendProvider {
    private final String name;
    private final int rank;
    private final Optional<Throwable> unavailable;

    Fake(String name, int rank, Optional<Throwable> unavailable) {
      this.name = name;
      this.rank = rank;
      this.unavailable = unavailable;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Optional<Throwable> unavailabilityCause() {
      return unavailable;
    }

    @Override
    public BackendInfo info() {
      ensureAvailable();
      return new BackendInfo(name, "1", "none", 1, List.of(), List.of());
    }

    @Override
    public int rank() {
      return rank;
    }

    @Override
    public Set<DType> supportedTypes() {
      throw new AssertionError("nothing is computed here");
    }

    @Override
    public KernelOperations kernels() {
      throw new AssertionError("nothing is computed here");
    }

    @Override
    public ConvolutionPlan plan(ConvolutionGeometry geometry, DType type) {
      throw new AssertionError("nothing is computed here");
    }
  }

  private static final class Lines implements Logger {
    private final List<String> lines = new ArrayList<>();

    @Override
    public String getName() {
      return "test";
    }

    @Override
    public boolean isLoggable(Level level) {
      return true;
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
      lines.add(level + " " + message);
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
      lines.add(level + " " + format);
    }
  }
}
