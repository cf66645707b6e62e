namespace Mig.Images.Running;

/// <summary>The shell scripts of a run: the one that mounts and ends, and those that stand in for programs of the image
/// meanwhile.</summary>
internal static class RunScript
{
    /// <summary>The exit code of the script when the command did not come to run.</summary>
    public const int NotRun = 125;

    /// <summary>Where in the image the programs stand that go before its own.</summary>
    public const string Programs = "/run/mig/bin";

    /// <summary>
    /// <c>DIR COUNT (FILE OFFSET LENGTH TYPES PATH)… PROGRAM ARGUMENT…</c>: mounts the volumes at DIR/volume0 and up, in a mount namespace
    /// of
    /// its own, so that nothing of it outlives its end; runs the program; unmounts; writes the exit code to DIR/exit.
    /// </summary>
    /// <remarks>
    /// The image is a stranger's: no link of it is followed. What is lent over a file that is not there gets a file to stand on, which goes
    /// again; what cannot be lent so is not.
    /// </remarks>
    public const string Main =
        """
        set -eu
        dir=$1 count=$2
        shift 2
        plain() { # ROOT PATH: whether it is a directory, and no part of it a link
          at=$1 rest=$2/
          while [ -n "$rest" ]; do
            at=$at/${rest%%/*} rest=${rest#*/}
            if [ -L "$at" ] || [ ! -d "$at" ]; then return 1; fi
          done
        }
        i=0
        while [ "$i" -lt "$count" ]; do
          mkdir "$dir/volume$i"
          mount -t "$4" -o "loop,nodev,nosuid,offset=$2,sizelimit=$3" "$1" "$dir/volume$i"
          if [ "$i" -gt 0 ] && ! plain "$dir/volume0" "$5"; then
            echo "mig: /$5 of the image is not a directory to mount on; --without /$5 leaves it out" >&2
            exit 125
          fi
          i=$((i + 1))
          shift 5
        done
        root=$dir/volume0 made=
        lend() { # NAME FOLDER: whether DIR/NAME can stand over FOLDER/NAME of the image
          if [ ! -e "$dir/$1" ]; then return 0; fi
          if ! plain "$root" "$2" || [ -L "$root/$2/$1" ]; then
            rm "$dir/$1"
          elif [ ! -e "$root/$2/$1" ]; then
            : > "$root/$2/$1"
            made="$made $2/$1"
          elif [ ! -f "$root/$2/$1" ]; then
            rm "$dir/$1"
          fi
        }
        if [ -L "$root/etc/resolv.conf" ] && [ -e "$dir/resolv.conf" ]; then
          case $(readlink "$root/etc/resolv.conf") in
            /run/systemd/resolve/*|../run/systemd/resolve/*) mv "$dir/resolv.conf" "$dir/stub-resolv.conf" ;;
          esac
        fi
        lend resolv.conf etc
        lend policy-rc.d usr/sbin
        set +e
        "$@" 9<"$dir/filter"
        code=$?
        for file in $made; do
          if [ -f "$root/$file" ] && [ ! -L "$root/$file" ] && [ ! -s "$root/$file" ]; then rm "$root/$file"; fi
        done
        while [ "$i" -gt 0 ]; do
          i=$((i - 1))
          umount "$dir/volume$i" || exit 125
          rmdir "$dir/volume$i"
        done
        echo "$code" > "$dir/exit"
        """;

    /// <summary>Debian's way to keep services from starting (invoke-rc.d(8)).</summary>
    public const string PolicyRcD = "#!/bin/sh\nexit 101\n";

    /// <summary>Enables and disables units by their files; starts and stops nothing.</summary>
    public const string Systemctl =
        """
        #!/bin/sh
        for word; do
          case $word in
            -*) ;;
            start|stop|restart|try-restart|reload|reload-or-restart|reload-or-try-restart|try-reload-or-restart|condrestart|isolate|kill|\
            daemon-reload|daemon-reexec|reset-failed|set-property|poweroff|reboot|halt|kexec|suspend)
              echo "systemctl $word: nothing runs in a dormant image" >&2
              exit 0 ;;
            is-active) exit 3 ;;
            *) break ;;
          esac
        done
        PATH=${PATH#*:}
        exec systemctl "$@"
        """;

    /// <summary>Starts and stops nothing.</summary>
    public const string StartStopDaemon = "#!/bin/sh\nexit 0\n";
}
