# Engines vm: guests under QEMU. Sourced by test_cli.sh. What cannot be had here is skipped, with the reason.

one_line vm_name 2 "no architecture .* in 'debian-6.1'; expected debian-6.1-amd64" "$tb" fuzz --engine vm:debian-6.1
one_line vm_no_file 2 'nowhere/bzImage: No such file' "$tb" fuzz --engine vm:nowhere/bzImage
one_line vm_no_kernel 2 'no kernel; expected an x86-64 bzImage or an arm64 Image' "$tb" fuzz --engine "vm:$hierarchy"
one_line vm_elf 2 'an ELF file' "$tb" fuzz --engine "vm:$tb"

# vm_ready KERNEL: downloads it; else says why the rest is skipped.
vm_ready() {
  timeout 120 "$tb" run "$hierarchy" --engine "vm:$1" --only ended >out 2>&1 </dev/null && return 0
  printf 'skipped vm_%s: %s\n' "$1" "$(tail -n 1 out | head -c 300)"
  return 1
}
# vm_guest PID: the QEMU among its children's children, when there is one.
vm_guest() {
  local worker
  for worker in $(pgrep -P "$1"); do pgrep -P "$worker" qemu-system && return; done
}
# vm_wait_for_guest PID
vm_wait_for_guest() {
  for _ in $(seq 300); do [ -n "$(vm_guest "$1")" ] && return; sleep 0.1; done
}

for vm_arch in amd64 arm64; do
  if vm_ready "debian-6.1-$vm_arch"; then
    expect "vm_6.1_${vm_arch}_exceeds" 1 'more than 33|at most 33 are allowed' \
      "$tb" fuzz --engine "vm:debian-6.1-$vm_arch" --jobs 1 --time 60 --findings vm-found
    expect "vm_6.1_${vm_arch}_replays" 1 'same verdict' "$tb" replay "$(ls -t vm-found/*.graph | head -n 1)"
  fi
  if vm_ready "debian-6.12-$vm_arch"; then
    expect "vm_6.12_${vm_arch}_holds" 0 'scenarios judged' "$tb" fuzz --engine "vm:debian-6.12-$vm_arch" --jobs 1 --time 15
  fi
done

# A guest that is killed is a finding, and the search goes on in another one. A tailbound that is killed leaves no guest.
if vm_ready debian-6.1-amd64; then
  "$tb" fuzz --engine vm:debian-6.1-amd64 --jobs 1 --time 45 --only ended --keep-going --findings vm-killed --json >killed.json 2>err &
  vm_fuzz=$!
  vm_wait_for_guest $vm_fuzz
  sleep 12
  kill -KILL "$(vm_guest $vm_fuzz)"
  vm_wait_for_guest $vm_fuzz
  expect vm_goes_on_in_another_guest 0 '[0-9]' echo "guest $(vm_guest $vm_fuzz)"
  wait $vm_fuzz
  expect vm_killed_guest_is_a_finding 0 'guest-exit' cat killed.json

  "$tb" fuzz --engine vm:debian-6.1-amd64 --jobs 1 --time 45 >out 2>&1 &
  vm_fuzz=$!
  vm_wait_for_guest $vm_fuzz
  vm_left=$(vm_guest $vm_fuzz)
  kill -KILL $vm_fuzz
  wait $vm_fuzz 2>/dev/null
  sleep 1
  expect vm_no_guest_is_left 1 '^$' sh -c "echo; kill -0 $vm_left"
fi
