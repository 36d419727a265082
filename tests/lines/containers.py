"""Lines of `run` and `create`, of all kinds of flags: each makes a container whose command line can be asked for.

In the live test there are: the network "net" (172.30.7.0/24) and "net2", the running container "other", the image "with",
which gives all that an image can, and the folder of this test as SOMEWHERE.
"""

LINES = """
create busybox
create busybox sh -c 'echo "it'"'"'s $HOME" | cat'
run -d busybox sleep 1000
run -d -i busybox cat
create -it busybox
create -i busybox
create -a stdout busybox
create -a stdin -a stderr -i busybox
create -e A=1 -e B= -e "C=two words" -e "D=a'b\\"c" -e E=ünï -e "F=line
break\tand tab" busybox
create -l a=1 -l b -l "c=x y" busybox
create -p 80 -p 8080:81 -p 127.0.0.1:8082:82/udp -p 83-85:83-85 -p 9000-9010:86 -p 127.0.0.1::87 -p 7000-7002:7000-7002/sctp busybox
create -p '[::1]:8080:80' -p 127.0.0.1:8080:80 -p 10.0.0.1:8080:80 busybox
create -P --expose 90 --expose 100-103/udp busybox
create -v SOMEWHERE:/a -v SOMEWHERE:/b:ro -v named:/c -v /anonymous -v named:/d:ro,nocopy busybox
create --mount type=bind,source=SOMEWHERE,target=/a,readonly,bind-propagation=rslave --mount type=volume,source=v1,target=/b,volume-nocopy busybox
create --mount type=volume,target=/b --mount type=tmpfs,target=/c,tmpfs-size=1m,tmpfs-mode=1770 busybox
create --mount 'type=volume,source=v2,target=/x,volume-label=a=b,volume-driver=local,"volume-opt=o=size=1m,uid=5",volume-opt=type=tmpfs,volume-opt=device=tmpfs' busybox
create --tmpfs /run --tmpfs /tmp:rw,size=65536k,mode=1777 --read-only --shm-size 128m busybox
create --entrypoint /bin/echo busybox hello
create --entrypoint '' with sh -c id
create --entrypoint /bin/sh with
create with
create with other words
create -e FROM_IMAGE=changed -e NEW=1 -l of=me -w /tmp -u 1000:1000 --stop-signal INT with
create -e FROM_IMAGE=image -v /data -v /more --expose 80 --health-interval 9s with
create --no-healthcheck with
create --health-cmd 'test -f /x || exit 1' --health-interval 1m30s --health-timeout 2s --health-retries 4 --health-start-period 1.5s busybox
create --restart always --init --stop-timeout 3 busybox
create --restart on-failure:5 --stop-signal SIGHUP --stop-timeout 0 --init=false busybox
create --restart unless-stopped --oom-score-adj 500 busybox
create --rm busybox true
create -m 64m --memory-reservation 32m --memory-swap 100m --memory-swappiness 10 --oom-kill-disable busybox
create -m 67108865 --memory-swap -1 busybox
create --cpus 1.5 --cpuset-cpus 0 --cpuset-mems 0 -c 512 busybox
create --cpu-period 50000 --cpu-quota 25000 --pids-limit 100 --blkio-weight 300 busybox
create --cap-add NET_ADMIN --cap-add sys_time --cap-drop ALL busybox
create --security-opt no-new-privileges --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt label=disable busybox
create --security-opt systempaths=unconfined busybox
create --privileged busybox
create --privileged --security-opt label=disable --pid host --ipc host busybox
create --ulimit nofile=1024:2048 --ulimit core=0 --ulimit nproc=64 --sysctl net.core.somaxconn=1024 --sysctl kernel.msgmax=65536 busybox
create --log-driver json-file --log-opt max-size=10m --log-opt max-file=3 busybox
create --log-driver none busybox
create --log-opt 'tag={{.Name}} x' busybox
create --network net --network-alias one --network-alias TWO --ip 172.30.7.9 busybox
run -d --network net --network-alias one --link other:db --ip 172.30.7.10 busybox sleep 1000
create --link other:db --link other busybox
create --network host busybox
create --network host --hostname h busybox
create --network none busybox
create --network container:other busybox
create --network bridge busybox
run -d --dns 8.8.8.8 --dns 1.1.1.1 --dns-search example.com --dns-option ndots:2 --add-host a:10.0.0.1 --add-host v6:::1 --add-host g:host-gateway busybox sleep 1000
create -h host.name --domainname example.com busybox
create --pid container:other --ipc container:other busybox
create --ipc shareable --uts host --userns host busybox
create --cgroupns private --cgroup-parent /pd busybox
create --volumes-from other:ro --volume-driver local busybox
create --device /dev/null --device /dev/zero:/dev/nought:r --device /dev/full:rw --device-cgroup-rule 'c 1:3 rwm' busybox
create --device-read-bps /dev/loop0:1mb --device-write-iops /dev/loop0:50 --device-write-bps /dev/loop0:3 --device-read-iops /dev/loop0:7 busybox
create --blkio-weight-device /dev/loop0:200 --group-add 5 --group-add audio -u nobody busybox
create --runtime io.containerd.runc.v2 busybox
""".strip()

#: what only newer engines know: API 1.44
NEWER = """
create --network bridge --mac-address 02:42:ac:11:00:07 busybox
create --network net --network-alias one --mac-address 02:42:ac:1e:07:09 busybox
create --annotation x.y=z=1 --annotation empty= busybox
create --network net --network net2 busybox
create --network name=net,alias=one,alias=two,ip=172.30.7.20,driver-opt=com.docker.network.endpoint.sysctls=net.ipv4.conf.IFNAME.log_martians=1 --network name=net2,gw-priority=5 busybox
run -d --network name=net,gw-priority=3 --network name=net2,alias=three busybox sleep 1000
create --health-cmd true --health-start-interval 500ms busybox
create --mount type=bind,source=SOMEWHERE,target=/a,readonly,bind-recursive=writable --mount type=image,source=busybox,target=/i busybox
create --mount type=volume,source=named,target=/s,volume-subpath=sub busybox
create --gpus 'all,capabilities=utility' --gpus '"device=0,1"' --device vendor.com/gpu=one busybox
""".strip()


def words_of(text: str) -> list[list[str]]:
    """Each line's words; a line goes on where a quote is open."""
    import shlex

    out, rest = [], ""
    for line in text.splitlines():
        rest = f"{rest}\n{line}" if rest else line
        try:
            out.append(shlex.split(rest))
        except ValueError:
            continue
        rest = ""
    assert not rest
    return out
