package org.sgconv.benchmarks.path;

import com.sun.jdi.AbsentInformationException;
import com.sun.jdi.Bootstrap;
import com.sun.jdi.Location;
import com.sun.jdi.Method;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector.Argument;
import com.sun.jdi.connect.LaunchingConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.MethodEntryEvent;
import com.sun.jdi.event.VMDisconnectEvent;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import com.sun.jdi.request.EventRequestManager;
import com.sun.jdi.request.MethodEntryRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the thread of a program enters between its two calls of {@code mark()}, seen by a debugger:
 * source files of ours in the order of first entry, locks taken with the place, and how often each
 * method of ours was entered.
 */
record CallTrace(Set<String> files, List<String> locks, Map<String, Integer> methods) {

  private static final String OURS = "org.sgconv.";
  private static final Set<String> TAKING = Set.of("lock", "tryLock", "lockInterruptibly");

  /**
   * Runs the program {@code main} with these options of the JVM and arguments in a JVM of its own.
   */
  static CallTrace of(Class<?> main, String options, String arguments) throws Exception {
    LaunchingConnector launcher = Bootstrap.virtualMachineManager().defaultConnector();
    Map<String, Argument> settings = launcher.defaultArguments();
    settings.get("options").setValue(options);
    settings.get("main").setValue(main.getName() + " " + arguments);
    VirtualMachine machine = launcher.launch(settings);
    CallTrace trace =
        new CallTrace(new LinkedHashSet<>(), new ArrayList<>(), new LinkedHashMap<>());
    trace.follow(machine, main);
    String said =
        new String(machine.process().getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    if (machine.process().waitFor() != 0) {
      throw new IllegalStateException("the program failed: " + said);
    }
    return trace;
  }

  private void follow(VirtualMachine machine, Class<?> main) throws Exception {
    EventRequestManager requests = machine.eventRequestManager();
    ClassPrepareRequest loaded = requests.createClassPrepareRequest();
    loaded.addClassFilter(main.getName());
    loaded.enable();
    List<MethodEntryRequest> entries = new ArrayList<>();
    while (true) {
      EventSet events = machine.eventQueue().remove();
      for (Event event : events) {
        switch (event) {
          case VMDisconnectEvent end -> {
            return;
          }
          case ClassPrepareEvent prepared -> {
            Method mark = prepared.referenceType().methodsByName("mark").getFirst();
            requests.createBreakpointRequest(mark.location()).enable();
          }
          case BreakpointEvent mark when entries.isEmpty() ->
              entries.addAll(watch(requests, mark.thread()));
          case BreakpointEvent mark -> entries.forEach(EventRequest::disable);
          case MethodEntryEvent entry -> enter(entry);
          default -> {}
        }
      }
      events.resume();
    }
  }

  private static List<MethodEntryRequest> watch(
      EventRequestManager requests, ThreadReference thread) {
    List<MethodEntryRequest> watching = new ArrayList<>();
    for (String classes : List.of(OURS + "*", "java.util.concurrent.locks.*")) {
      MethodEntryRequest request = requests.createMethodEntryRequest();
      request.addClassFilter(classes);
      request.addThreadFilter(thread);
      request.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
      request.enable();
      watching.add(request);
    }
    return watching;
  }

  private void enter(MethodEntryEvent entry) throws Exception {
    Method method = entry.method();
    String type = method.declaringType().name();
    if (type.startsWith(OURS) && !type.startsWith(OURS + "benchmarks.")) {
      methods.merge(type.substring(OURS.length()) + "." + method.name(), 1, Integer::sum);
      addFile(method);
      return;
    }
    Location caller = entry.thread().frame(1).location();
    if (TAKING.contains(method.name()) && caller.declaringType().name().startsWith(OURS)) {
      locks.add(caller.declaringType().name() + "." + caller.method().name());
    }
  }

  private void addFile(Method method) {
    try {
      files.add(method.location().sourcePath());
    } catch (AbsentInformationException hidden) {
      // A class that the JVM spins for a lambda: what it calls is in a file and is seen there.
    }
  }
}
