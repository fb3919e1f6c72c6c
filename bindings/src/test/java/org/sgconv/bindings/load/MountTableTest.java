package org.sgconv.bindings.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MountTableTest {

  private static final MountTable TABLE =
      MountTable.parse(
          List.of(
              "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
              "23 22 0:5 / /tmp rw,nosuid,noexec,relatime shared:2 - tmpfs tmpfs rw",
              "24 23 0:6 / /tmp/exec rw - tmpfs tmpfs rw",
              "25 22 0:7 / /with\\040space rw,noexec - tmpfs tmpfs rw",
              "26 22 0:8 / /twice rw,noexec - tmpfs tmpfs rw",
              "27 26 0:9 / /twice rw - tmpfs tmpfs rw",
              "malformed"));

  @Test
  void findsTheDeepestMount() {
    assertThat(TABLE.noexecMount(Path.of("/tmp/a/lib.so"))).contains(Path.of("/tmp"));
    assertThat(TABLE.noexecMount(Path.of("/tmp/exec/lib.so"))).isEmpty();
    assertThat(TABLE.noexecMount(Path.of("/home/lib.so"))).isEmpty();
  }

  @Test
  void comparesWholeNames() {
    assertThat(TABLE.noexecMount(Path.of("/tmpfile/lib.so"))).isEmpty();
  }

  @Test
  void decodesOctalEscapes() {
    assertThat(TABLE.noexecMount(Path.of("/with space/lib.so"))).contains(Path.of("/with space"));
  }

  @Test
  void letsALaterMountHideAnEarlierOne() {
    assertThat(TABLE.noexecMount(Path.of("/twice/lib.so"))).isEmpty();
  }

  @Test
  void knowsNothingWithoutMounts() {
    assertThat(new MountTable(List.of()).noexecMount(Path.of("/tmp"))).isEmpty();
  }

  @Test
  void readsTheTableOfThisProcess() {
    assertThat(MountTable.current().mounts())
        .extracting(MountTable.Mount::point)
        .contains(Path.of("/"));
  }
}
