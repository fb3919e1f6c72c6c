package org.sgconv.internal.cuda;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.CudaRuntime;

/** The libraries and devices, found when the backend is first asked about and not used before. */
final class Gpus {

  private static final System.Logger LOG = System.getLogger(Gpus.class.getName());

  /** Guarded by this; set once. A failure is not kept, since it may pass. */
  private @Nullable List<GpuDevice> devices;

  /** Where work goes that names no device; chosen when there first is such work. */
  private volatile @Nullable GpuStream defaultStream;

  /** Why none can be used; null if one can. */
  synchronized @Nullable Throwable cause(CudaBackend home) {
    if (devices == null) {
      try {
        CudaRuntime runtime = CudaRuntime.open();
        List<GpuDevice> found = new ArrayList<>();
        runtime.devices().forEach(each -> found.add(new GpuDevice(home, each)));
        devices = List.copyOf(found);
        runtime.leftOut().forEach(why -> LOG.log(System.Logger.Level.INFO, "left out: " + why));
      } catch (RuntimeException e) {
        return CudaFailures.unavailable(e, NvidiaNodes.first(Path.of("/")));
      }
    }
    return null;
  }

  synchronized List<GpuDevice> devices() {
    if (devices == null) {
      throw new IllegalStateException("available but not started");
    }
    return devices;
  }

  /**
   * The default stream of the first device that gives one: another process may have one to itself,
   * or have filled it. Once chosen it stays, since tensors belong to it.
   *
   * @throws org.sgconv.SgConvException of the first device if none does, with those of the others;
   *     the next call tries again
   */
  GpuStream defaultStream() {
    GpuStream known = defaultStream;
    return known == null ? chooseDefaultStream() : known;
  }

  private synchronized GpuStream chooseDefaultStream() {
    RuntimeException failure = null;
    for (GpuDevice device : devices()) {
      try {
        GpuStream stream = device.defaultStream();
        if (failure != null) {
          LOG.log(
              System.Logger.Level.WARNING,
              "cuda works on " + device.name() + ": an earlier device cannot be used now",
              failure);
        }
        defaultStream = stream;
        return stream;
      } catch (InvalidArgumentException e) {
        throw e; // a setting that is wrong is so on every device
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    throw failure == null ? new IllegalStateException("available without a device") : failure;
  }
}
