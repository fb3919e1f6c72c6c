package org.sgconv.bindings.process;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.Cleaner;
import java.util.function.Consumer;

/**
 * Ends native objects whose owner was lost: those of an application that was taken out of a running
 * server, for example, with its class loader and everything in it.
 */
public final class LostHandles {

  private static final Cleaner CLEANER = Cleaner.create();
  private static final MethodHandle FOR_EACH =
      find(Iterable.class, "forEach", MethodType.methodType(void.class, Consumer.class));
  private static final MethodHandle RUN =
      find(Runnable.class, "run", MethodType.methodType(void.class));

  private LostHandles() {}

  /**
   * Calls {@code destroy} with {@code handle} once: when the result is cleaned, or when {@code
   * owner} is unreachable.
   *
   * @param destroy takes a MemorySegment and returns nothing
   */
  public static Cleaner.Cleanable watch(Object owner, MethodHandle destroy, MemorySegment handle) {
    return watch(owner, MethodHandles.insertArguments(destroy, 0, handle));
  }

  /**
   * Calls {@code end} once: when the result is cleaned, or when {@code owner} is unreachable.
   *
   * @param end takes and returns nothing, and is bound to objects of the JDK's classes alone
   */
  public static Cleaner.Cleanable watch(Object owner, MethodHandle end) {
    // A lambda would be of a class of ours, which the Cleaner's thread would keep reachable, and
    // with it the class loader that is to be collected.
    return CLEANER.register(owner, MethodHandleProxies.asInterfaceInstance(Runnable.class, end));
  }

  /** Calls {@code end} with each item that there is then. */
  public static MethodHandle each(Iterable<?> items, MethodHandle end) {
    MethodHandle any = end.asType(MethodType.methodType(void.class, Object.class));
    Consumer<?> consumer = MethodHandleProxies.asInterfaceInstance(Consumer.class, any);
    return MethodHandles.insertArguments(FOR_EACH, 0, items, consumer);
  }

  /** Runs each of those that there are then. */
  public static MethodHandle each(Iterable<Runnable> items) {
    return each(items, RUN);
  }

  /** Calls one after another; each takes nothing, and what it returns is dropped. */
  public static MethodHandle sequence(MethodHandle... steps) {
    MethodHandle all = MethodHandles.empty(MethodType.methodType(void.class));
    for (int i = steps.length - 1; i >= 0; i--) {
      MethodHandle step = steps[i].asType(MethodType.methodType(void.class));
      all = MethodHandles.foldArguments(all, step);
    }
    return all;
  }

  static MethodHandle findStatic(Class<?> type, String name, Class<?> result, Class<?> argument) {
    try {
      return MethodHandles.publicLookup()
          .findStatic(type, name, MethodType.methodType(result, argument));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(type + " has no " + name, e);
    }
  }

  static MethodHandle find(Class<?> type, String name, MethodType signature) {
    try {
      return MethodHandles.publicLookup().findVirtual(type, name, signature);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(type + " has no " + name, e);
    }
  }
}
