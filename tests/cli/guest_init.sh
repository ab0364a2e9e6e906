# The C reproducer as the /init of a guest: what it was found for is to be seen on 6.1 and is gone on 6.12. Sourced by
# test_cli.sh, behind reports.sh, which wrote the reproducer, and vm.sh, which fetched the kernels.

guest_kernel() { ls -d "${XDG_CACHE_HOME:-$HOME/.cache}/tailbound/kernels/debian-$1-amd64"/*/vmlinuz 2>/dev/null | tail -n 1; }

# A reproducer of our own, so that its bug is the hierarchy's whatever reports.sh reported.
guest_init_build() {
  "$tb" fuzz --engine x86_64 --scheme by-value --shapes hierarchy --only bound --findings guest-init >/dev/null 2>&1
  "$tb" reproduce "$(ls guest-init/*.graph | head -n 1)" --as c --out guest-init/init.c >/dev/null &&
    cc -static -O1 -o guest-init/init guest-init/init.c && (cd guest-init && echo init | cpio -o -H newc --quiet >init.cpio)
}

guest_init() { # guest_init NAME LINE PATTERN
  local kernel
  kernel=$(guest_kernel "$2")
  [ -n "$kernel" ] || { printf 'skipped %s: no kernel %s could be had\n' "$1" "$2"; return; }
  expect "$1" 0 "$3" timeout 120 qemu-system-x86_64 -accel tcg -cpu max -m 512 -nographic -no-reboot -kernel "$kernel" \
    -initrd guest-init/init.cpio -append 'console=ttyS0 panic=-1 quiet'
}

if ! command -v qemu-system-x86_64 >/dev/null || ! command -v cpio >/dev/null; then
  echo 'skipped guest_init: no qemu-system-x86_64 or no cpio'
elif guest_init_build; then
  echo 'ok guest_init_builds'
  guest_init guest_init_shows_it_on_6.1 6.1 '^not as expected'
  guest_init guest_init_is_as_expected_on_6.12 6.12 '^as expected'
else
  echo 'FAILED guest_init_builds'
fi
