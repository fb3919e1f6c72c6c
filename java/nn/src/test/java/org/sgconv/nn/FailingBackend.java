package org.sgconv.nn;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.Set;
import org.sgconv.Backend;
import org.sgconv.BackendFailureException;
import org.sgconv.BackendUnavailableException;
import org.sgconv.Backends;
import org.sgconv.HostMemoryException;
import org.sgconv.spi.BackendProvider;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.KernelOperations;
import org.sgconv.spi.LayerOperations;
import org.sgconv.spi.NormOperations;

/**
 * The reference backend, of which one operation fails when it is told to: before it has begun, or
 * when it is done, as one does that writes something first.
 */
public final class FailingBackend {

  /** What asks and does not compute, and the ends of things. */
  private static final Set<String> HARMLESS =
      Set.of(
          "rank",
          "info",
          "supportedTypes",
          "requireType",
          "requireOperand",
          "stream",
          "devices",
          "beginCall",
          "endCall",
          "isRecording",
          "lock",
          "path",
          "spectrumBytes",
          "workspaceBytes",
          "normLags",
          "close",
          "toString");

  /** The backend. */
  public final Backend backend;

  private long untilFailure = Long.MAX_VALUE;
  private boolean afterwards;
  private String failed = "";
  private boolean unavailable;

  public FailingBackend() {
    backend = Backend.of(wrap(BackendProvider.class, BackendProvider.of(Backends.reference())));
  }

  /**
   * Lets an operation fail, once.
   *
   * @param number of the operation from now on, from 0
   */
  public void failAt(long number, boolean afterItIsDone) {
    untilFailure = number;
    afterwards = afterItIsDone;
    failed = "";
  }

  /** Name of the operation that has failed, or the empty text. */
  public String failed() {
    return failed;
  }

  /** Has a reason for not being usable here, from now on. */
  public void becomeUnavailable() {
    unavailable = true;
  }

  /** Lets all succeed. */
  public void failNever() {
    untilFailure = Long.MAX_VALUE;
  }

  @SuppressWarnings("ReferenceEquality") // a provider is equal to itself alone
  private <T> T wrap(Class<T> kind, T target) {
    return kind.cast(
        Proxy.newProxyInstance(
            FailingBackend.class.getClassLoader(),
            new Class<?>[] {kind},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "equals" -> proxy == arguments[0];
                  case "hashCode" -> System.identityHashCode(proxy);
                  default -> call(target, method, arguments);
                }));
  }

  private Object call(Object target, Method method, Object[] arguments) throws Throwable {
    String name = method.getName();
    return switch (name) {
      case "name" -> "failing";
      case "unavailabilityCause" -> cause();
      case "ensureAvailable" -> {
        cause().ifPresent(this::throwUnavailable);
        yield null;
      }
      case "layers" -> wrap(LayerOperations.class, ((BackendProvider) target).layers());
      case "norms" -> wrap(NormOperations.class, ((LayerOperations) target).norms());
      case "kernels" -> wrap(KernelOperations.class, ((BackendProvider) target).kernels());
      default -> compute(name, target, method, arguments);
    };
  }

  private Optional<Throwable> cause() {
    return unavailable ? Optional.of(new IllegalStateException("a test")) : Optional.empty();
  }

  private void throwUnavailable(Throwable cause) {
    throw new BackendUnavailableException("failing", cause);
  }

  private Object compute(String name, Object target, Method method, Object[] arguments)
      throws Throwable {
    boolean fails = !HARMLESS.contains(name) && untilFailure-- == 0;
    if (fails && !afterwards) {
      throw failure(name);
    }
    Object result;
    try {
      result = method.invoke(target, arguments);
    } catch (InvocationTargetException failure) {
      throw failure.getCause();
    }
    if (fails && result == null) {
      throw failure(name);
    }
    if (fails) {
      throw closing(name, result);
    }
    return result instanceof ConvolutionPlan plan ? wrap(ConvolutionPlan.class, plan) : result;
  }

  /** What a failing operation has made is not left behind. */
  private RuntimeException closing(String name, Object made) throws Exception {
    if (made instanceof AutoCloseable closeable) {
      closeable.close();
    }
    return failure(name);
  }

  private RuntimeException failure(String name) {
    failed = name;
    return name.equals("uninitialized")
        ? new HostMemoryException("a test", 1)
        : new BackendFailureException("failing", "was told to fail at " + name);
  }
}
