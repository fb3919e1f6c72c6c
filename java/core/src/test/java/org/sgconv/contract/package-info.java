/** What every backend must do, with an oracle that shares no code with any of them. */
package org.sgconv.contract;
