package org.sgconv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The providers that ship with the library. */
class BackendsTest {

  private final String before = System.getProperty(Backends.PROPERTY);

  @AfterEach
  void restoreTheProperty() {
    if (before == null) {
      System.clearProperty(Backends.PROPERTY);
    } else {
      System.setProperty(Backends.PROPERTY, before);
    }
  }

  @Test
  void shipWithTheLibrary() {
    assertThat(Backends.all()).extracting(Backend::name).contains("cpu", "reference");
    assertThat(Backends.reference().isAvailable()).isTrue();
    assertThat(Backends.reference().rank()).isLessThan(Backends.cpu().rank());
    assertThat(Backends.named("cpu")).isSameAs(Backends.cpu());
    assertThatThrownBy(() -> Backends.named("fpga"))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("unknown backend 'fpga'; known: ")
        .hasMessageContaining("reference");
  }

  @Test
  void areFoundOnce() {
    assertThat(Backends.all()).isSameAs(Backends.all());
  }

  @Test
  void bestFollowsTheProperty() {
    System.setProperty(Backends.PROPERTY, "reference");
    assertThat(Backends.best()).isSameAs(Backends.reference());
    System.setProperty(Backends.PROPERTY, "fpga");
    assertThatThrownBy(Backends::best).isInstanceOf(InvalidArgumentException.class);
    System.clearProperty(Backends.PROPERTY);
    assertThat(Backends.best().isAvailable()).isTrue();
  }
}
