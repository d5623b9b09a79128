import time
from django.db import connection
from chopmark.authority.transparency.models import *
from chopmark.pki.tlog.leaf import Leaf as LogLeaf, commitment, encode_leaf
from chopmark.pki.tlog.merkle import leaf_hash
def fill(n):
    rows=[]
    for i in range(n):
        e=encode_leaf(LogLeaf(tag="certificate:issued", at=1_790_000_000+i, public={"issuer":2,"serial":f"{i:032X}","fingerprint":"ab"*32,"template":"personal-2026"}, commitment=commitment(b"%d"%i,b"")))
        rows.append((e,leaf_hash(e)))
    with connection.cursor() as c:
        with c.copy("copy audit_leaf (entry, leaf_hash) from stdin") as cp:
            for r in rows: cp.write_row(r)
def test_perf(shared_house):
    h=shared_house
    for n in (20000, 100000, 100000):
        fill(n)
        t=time.perf_counter(); k=h.sequence(); a=time.perf_counter()-t
        t=time.perf_counter(); h.sign(); b=time.perf_counter()-t
        t=time.perf_counter(); h.sequence(); c=time.perf_counter()-t
        t=time.perf_counter(); h.verified(); d=time.perf_counter()-t
        print(f"n={n} sequence {a:.2f}s {k/a:.0f}/s sign {b:.2f}s publish {c:.2f}s verify {d:.2f}s total {n/(a+b+c):.0f}/s")
    for _ in range(3):
        h.leave(1); t=time.perf_counter(); h.sequence(); a=time.perf_counter()-t; t=time.perf_counter();h.sign(); b=time.perf_counter()-t;t=time.perf_counter();h.sequence();print(f"single {a*1000:.1f} sign {b*1000:.1f} publish {(time.perf_counter()-t)*1000:.1f} ms")
    t=time.perf_counter(); h.sequence(); print(f"idle {(time.perf_counter()-t)*1000:.1f} ms")
    with connection.cursor() as c:
        c.execute("explain analyze select leaf.id from audit_leaf leaf where leaf.xid >= %s and not exists (select from transparency_position p where p.leaf_id = leaf.id) and not exists (select from transparency_setaside s where s.leaf_id = leaf.id) order by leaf.xid, leaf.id limit 8192", [Horizon.objects.get().xid])
        print("\n".join(r[0] for r in c.fetchall()))
