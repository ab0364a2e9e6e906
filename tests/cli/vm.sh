# Engines vm: guests under QEMU. Sourced by test_cli.sh. What cannot be had here is skipped, with the reason.

one_line vm_name 2 "no architecture .* in 'debian-6.1'; expected debian-6.1-amd64" "$tb" fuzz --engine vm:debian-6.1
one_line vm_no_file 2 'nowhere/bzImage: No such file' "$tb" fuzz --engine vm:nowhere/bzImage
one_line vm_no_kernel 2 'no kernel; expected an x86-64 bzImage or an arm64 Image' "$tb" fuzz --engine "vm:$hierarchy"
one_line vm_elf 2 'an ELF file' "$tb" fuzz --engine "vm:$tb"

# vm_results KERNEL: the selftests and the programs that must be refused. False: no such guest can be had here.
vm_results() {
  timeout 180 "$tb" results --corpus "$selftests" --engine "vm:$1" >out 2>&1 </dev/null
  case $? in
    0) printf 'ok vm_results_%s\n' "$1" ;;
    3) printf 'skipped vm_%s: %s\n' "$1" "$(tail -n 1 out | head -c 300)"; return 1 ;;
    *) printf 'FAILED vm_results_%s: %s\n' "$1" "$(tail -n 5 out | head -c 500 | tr '\n' ' ')" ;;
  esac
}
# vm_guest PID: the QEMU among its children's children, when there is one.
vm_guest() {
  local worker
  for worker in $(pgrep -P "$1"); do pgrep -P "$worker" qemu-system && return; done
}
vm_wait_for_guest() {
  for _ in $(seq 300); do [ -n "$(vm_guest "$1")" ] && return; sleep 0.1; done
}

"$tb" stack --write deep.graph >/dev/null

# vm_architecture ARCH: all that is asked of the two lines of kernels, in a folder of its own.
vm_architecture() {
  local arch=$1
  mkdir -p "vm-$arch" && cd "vm-$arch" || return
  if vm_results "debian-6.1-$arch"; then
    expect "vm_6.1_${arch}_exceeds" 1 'at most 33 are allowed' \
      "$tb" fuzz --engine "vm:debian-6.1-$arch" --jobs 1 --time 60 --findings found
    expect "vm_6.1_${arch}_is_explained" 0 'prediction +[1-9]' \
      "$tb" fuzz --engine "vm:debian-6.1-$arch" --jobs 1 --time 60 --runs 256 --only prediction
    # How a finding is replayed does not depend on the architecture.
    [ "$arch" != amd64 ] || expect vm_6.1_replays 1 'same verdict' "$tb" replay found/*.graph
  fi
  if vm_results "debian-6.12-$arch"; then
    expect "vm_6.12_${arch}_holds" 0 'scenarios judged' \
      "$tb" fuzz --engine "vm:debian-6.12-$arch" --jobs 1 --time 60 --runs 256
    # What the stack bound says does not fit into 16 KiB does not.
    expect "vm_6.12_${arch}_stack_overflows" 1 'guest-stack-overflow: .*console: /.*\.log' \
      env XDG_STATE_HOME="$work/state" "$tb" run "$work/deep.graph" --engine "vm:debian-6.12-$arch"
    # Its images, with constants blinded: two boots, one for the probe.
    [ "$arch" != arm64 ] || expect vm_6.12_arm64_fidelity 0 'are the same byte for byte .100.00 %' \
      "$tb" fidelity --engine vm:debian-6.12-arm64 --harden --scenarios 30
  fi
}
# A guest keeps one processor busy: both architectures at once.
vm_architecture arm64 >arm64.lines 2>&1 &
vm_other=$!
(vm_architecture amd64)
wait $vm_other
cat arm64.lines

# A guest that is killed is told of (nothing kills the next one, so it is no finding), and the search goes on in another
# one. A tailbound that is killed leaves no guest.
if [ -d "${XDG_CACHE_HOME:-$HOME/.cache}/tailbound/kernels/debian-6.1-amd64" ] && [ -d vm-amd64/found ]; then
  XDG_STATE_HOME="$work/state" "$tb" fuzz --engine vm:debian-6.1-amd64 --jobs 1 --time 60 --only ended --keep-going \
    --findings vm-killed >killed 2>err &
  vm_fuzz=$!
  # Its progress, a line in ten seconds, says when the guest runs scenarios.
  for _ in $(seq 450); do grep -qsE ' [1-9][0-9]* judged  findings' err && break; sleep 0.1; done
  kill -KILL "$(vm_guest $vm_fuzz)"
  sleep 1
  vm_wait_for_guest $vm_fuzz
  expect vm_goes_on_in_another_guest 0 'guest [0-9]' echo "guest $(vm_guest $vm_fuzz)"
  for _ in $(seq 600); do grep -q 'judged again' err && break; sleep 0.1; done
  kill -TERM $vm_fuzz
  wait $vm_fuzz 2>/dev/null
  expect vm_killed_guest_is_told_of 0 'agrees when it is judged again' cat err
  expect vm_killed_guest_has_a_log 0 'guest-exit' sh -c "cat $work/state/tailbound/guests/debian-6.1-amd64-*.log"

  "$tb" fuzz --engine vm:debian-6.1-amd64 --jobs 1 --time 40 >out 2>&1 &
  vm_fuzz=$!
  vm_wait_for_guest $vm_fuzz
  vm_left=$(vm_guest $vm_fuzz)
  kill -KILL $vm_fuzz
  wait $vm_fuzz 2>/dev/null
  sleep 1
  # A process that nobody waits for any more is gone too.
  expect vm_no_guest_is_left 0 '^gone$' sh -c "grep -qs '^State:.*[^Z] (' /proc/$vm_left/status || echo gone"
else
  printf 'skipped vm_killed: no guest could be had\n'
fi
