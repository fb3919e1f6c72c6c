package org.sgconv.bindings.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.bindings.NativeBuild;

/** The bindings as a module, as an application on the module path has them. */
class ModulePathTest {

  private static final String ACCESS = "--enable-native-access=org.sgconv.bindings";

  @TempDir Path folder;

  @Test
  void findsTheLibraryOnTheClassPath() throws Exception {
    assertThat(module(ChildJvm.CLASSES.toString()).withNative(NativeBuild.resourceRoot()).run())
        .contains("OPENED ");
  }

  @Test
  void findsTheLibraryInItsModule() throws Exception {
    String path = ChildJvm.CLASSES + ":" + NativeBuild.resourceRoot();
    assertThat(module(path).option("--add-modules=org.sgconv.natives").run()).contains("OPENED ");
  }

  @Test
  void saysHowToAddTheModule() throws Exception {
    String path = ChildJvm.CLASSES + ":" + NativeBuild.resourceRoot();
    assertThat(module(path).run()).contains("FAILED").contains("--add-modules org.sgconv.natives");
  }

  @Test
  void saysHowToAllowNativeAccess() throws Exception {
    ChildJvm child =
        module(ChildJvm.CLASSES.toString())
            .withNative(NativeBuild.resourceRoot())
            .nativeAccess("--enable-native-access=java.base")
            .option("--illegal-native-access=deny");
    assertThat(child.run()).contains("start Java with --enable-native-access=org.sgconv.bindings");
  }

  /** The probe lives in the module's package: it is patched into it. */
  private ChildJvm module(String modulePath) {
    return new ChildJvm(folder)
        .classPath(Path.of("nothing"))
        .nativeAccess(ACCESS)
        .option("--module-path=" + modulePath)
        .option("--add-modules=org.sgconv.bindings")
        .option("--patch-module=org.sgconv.bindings=" + ChildJvm.TEST_CLASSES);
  }
}
