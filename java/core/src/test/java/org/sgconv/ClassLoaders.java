package org.sgconv;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * Main class of a child process that plays the application server: it runs {@link DeployedProgram}
 * in class loaders of their own and prints what becomes of them.
 */
public final class ClassLoaders {

  /** The kernel gives it to native threads that a Java thread of this name starts. */
  private static final String THREAD = "deployed";

  private ClassLoaders() {}

  /**
   * Arguments: how many loaders, one-by-one or at-once, what the program does, the class whose
   * {@code run} says in the end what is left of other things, or -, then the class path of all
   * these.
   */
  public static void main(String[] arguments) throws Exception {
    List<URL> classPath = new ArrayList<>();
    for (int i = 4; i < arguments.length; i++) {
      classPath.add(URI.create(arguments[i]).toURL());
    }
    int count = Integer.parseInt(arguments[0]);
    List<WeakReference<ClassLoader>> loaders =
        arguments[1].equals("at-once")
            ? atOnce(count, classPath, arguments[2])
            : oneByOne(count, classPath, arguments[2]);
    for (int i = 0; i < 200 && (alive(loaders) > 0 || poolThreads() > 0); i++) {
      System.gc();
      Thread.sleep(50);
    }
    System.out.println("loaders left " + alive(loaders));
    System.out.println("pool threads left " + poolThreads());
    if (!arguments[3].equals("-")) {
      ClassLoader last = loader(classPath);
      System.out.println(last.loadClass(arguments[3]).getMethod("run").invoke(null));
    }
    deploy(classPath, "count", new CountDownLatch(0));
  }

  private static ClassLoader loader(List<URL> classPath) {
    return new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  private static List<WeakReference<ClassLoader>> oneByOne(
      int count, List<URL> classPath, String what) throws Exception {
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      loaders.add(deploy(classPath, what, new CountDownLatch(0)));
    }
    return loaders;
  }

  private static List<WeakReference<ClassLoader>> atOnce(
      int count, List<URL> classPath, String what) throws Exception {
    ConcurrentLinkedQueue<WeakReference<ClassLoader>> loaders = new ConcurrentLinkedQueue<>();
    CountDownLatch start = new CountDownLatch(count);
    List<Thread> deployments = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      deployments.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      loaders.add(deploy(classPath, what, start));
                    } catch (Exception e) {
                      System.out.println("FAILED " + e);
                    }
                  }));
    }
    for (Thread deployment : deployments) {
      deployment.join();
    }
    return List.copyOf(loaders);
  }

  /** Nothing of the loader is referred to from here once this returns. */
  private static WeakReference<ClassLoader> deploy(
      List<URL> classPath, String what, CountDownLatch start) throws Exception {
    ClassLoader loader = loader(classPath);
    Class<?> program = loader.loadClass(DeployedProgram.class.getName());
    start.countDown();
    start.await();
    Thread thread =
        Thread.ofPlatform()
            .name(THREAD)
            .start(
                () -> {
                  try {
                    String said =
                        (String) program.getMethod("run", String.class).invoke(null, what);
                    System.out.println(said);
                  } catch (ReflectiveOperationException e) {
                    System.out.println("FAILED " + e.getCause());
                  }
                });
    thread.join();
    System.out.println(poolThreads() >= 2 ? "pool threads seen" : "no pool threads");
    return new WeakReference<>(loader);
  }

  private static long alive(List<WeakReference<ClassLoader>> loaders) {
    return loaders.stream().filter(loader -> loader.get() != null).count();
  }

  private static long poolThreads() throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return tasks.filter(ClassLoaders::isPoolThread).count();
    }
  }

  private static boolean isPoolThread(Path task) {
    try {
      return Files.readString(task.resolve("comm")).strip().equals(THREAD);
    } catch (IOException ended) {
      return false;
    }
  }
}
