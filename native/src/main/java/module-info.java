/**
 * The native libraries of sgconv as resources. No Java code: a program requires this module, or names
 * it in {@code --add-modules}, so that the libraries are there.
 */
module org.sgconv.natives {}
